import { placeIn, type BrokerFile } from '../conf/broker-file.js';
import { endpointsIn, failoverUrlsIn, hasOption, isLoopback } from '../conf/uris.js';
import { elementsOf, type Element } from '../conf/xml.js';
import type { Finding, Place } from '../finding.js';
import { quoted, type FileChecks } from './group.js';

/** The failover URLs of files, by which clients and bridges find the master. */
export const failoverChecks: FileChecks = (files) =>
  files.flatMap((file) =>
    [...elementsOf(file.root)].flatMap((element) => ofElement(file, element)),
  );

function ofElement(file: BrokerFile, element: Element): Finding[] {
  // A bridge tries by itself, and wants no failover that does (maxReconnectAttempts=0).
  const isBridge = element.name === 'networkConnector';
  return [
    ...[...element.attributes.values()].flatMap(({ value, at }) =>
      urls(value, placeIn(file, at), isBridge),
    ),
    ...urls(element.text, placeIn(file, element.at), isBridge),
  ];
}

function urls(text: string, at: Place, isBridge: boolean): Finding[] {
  return failoverUrlsIn(text).flatMap(({ url }) => judgeFailover(url, at, isBridge));
}

/** What is wrong with one failover URL. @param isBridge whether only its addresses are looked at */
export function judgeFailover(url: string, at: Place, isBridge = false): Finding[] {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const { host, port } of endpointsIn(url)) {
    const address = `${isLoopback(host) && host === 'localhost' ? '127.0.0.1' : host}:${port ?? ''}`;
    if (seen.has(address)) twice.add(`${host}:${port ?? ''}`);
    seen.add(address);
  }
  const findings: Finding[] = [...twice].map((address) => ({
    code: 'failover-twice',
    result: 'fail',
    at,
    message: `${told(url)} names ${address} twice: a broker may be missing in its place`,
  }));
  if (!isBridge && !hasOption(url, 'maxReconnectDelay')) {
    findings.push({
      code: 'failover-delay',
      result: 'warn',
      at,
      message: `${told(url)} has no maxReconnectDelay: a client's pauses grow to 30 s, and outlast an outage`,
    });
  }
  return findings;
}

/** A URL as it is quoted: a password in it is told to nobody. */
function told(url: string): string {
  return quoted(
    url
      .replace(/((?:password|passwd|pwd|secret|token)=)[^&?)\s]*/gi, '$1…')
      .replace(/:\/\/[^\s@/(),]*@/g, '://…@'),
  );
}
