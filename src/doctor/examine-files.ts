import { resolve } from 'node:path';
import { usageError } from '../lib/errors.js';
import { FILE_CODES } from './file-codes.js';
import type { FileCode } from './check-codes.js';
import { failoverUrlsIn } from './conf/uris.js';
import { judgeFailover } from './conf-checks/failover.js';
import { judgeFiles } from './conf-checks/judge.js';
import type { BrokerFile } from './conf/broker-file.js';
import { readBroker } from './conf/read-broker.js';
import { readSource } from './conf/source.js';
import { examination, type Check, type Examination, type Finding } from './finding.js';
import { outgoingPorts } from './outgoing-ports.js';

/** Which files are examined, as they were named. */
export interface FilesAsked {
  /** activemq.xml, one a node. */
  readonly conf: readonly string[];
  /** Files of applications with failover URLs. */
  readonly client: readonly string[];
}

/** Codes that files of applications are examined for. */
const CLIENT_CODES: readonly FileCode[] = ['file-unreadable', 'failover-twice', 'failover-delay'];

/**
 * Examines people's own files: what is wrong or dangerous, where, why, and what to do. The files are those of one cluster, one a
 * node; a single one is examined by itself. Reads what stands beside them, changes nothing, and asks no other machine.
 */
export async function examineFiles(
  { conf, client }: FilesAsked,
  cwd: string,
): Promise<Examination> {
  const twice = conf.find((file, index) =>
    conf.some((other, at) => at < index && resolve(cwd, other) === resolve(cwd, file)),
  );
  if (twice !== undefined) {
    throw usageError(
      'usage',
      `${twice} is named twice: its node would be two`,
      'Name each file of the cluster once.',
    );
  }
  const [read, facts, ofClients] = await Promise.all([
    Promise.all(conf.map(async (named) => ({ named, read: await readBroker(named, cwd) }))),
    outgoingPorts(),
    Promise.all(client.map((named) => examineClient(named, cwd))),
  ]);
  const files = read.flatMap(({ read: one }) => ('file' in one ? [one.file] : []));
  const unread = read.flatMap(({ named, read: one }) =>
    'unread' in one ? [unreadable(named, one.unread)] : [],
  );
  const encodings = read.flatMap(({ read: one }): Finding[] =>
    'file' in one && one.encodingFault !== undefined
      ? [
          {
            code: 'xml-malformed',
            result: 'warn',
            at: { file: one.file.file, line: 1, column: 1 },
            message: `its encoding: ${one.encodingFault}`,
          },
        ]
      : [],
  );
  const findings = [...unread, ...encodings, ...judgeFiles(files, facts), ...ofClients.flat()];
  return examination(asChecks(findings, lookedFor(files, conf.length)), {
    cluster: null,
    files: [...conf, ...client],
  });
}

/** What is found by comparing files. */
const OF_SEVERAL: readonly FileCode[] = ['hostname-twice', 'directory-shared'];

/** Of files without a broker nothing else can be said. */
const OF_ANY_FILE: readonly FileCode[] = ['file-unreadable', 'xml-malformed', 'store-missing'];

/** What is examined at all. @param files those that could be read @param named how many were to be */
function lookedFor(files: readonly BrokerFile[], named: number): readonly FileCode[] {
  const read = files.length;
  if (named === 0) return CLIENT_CODES;
  if (read === 0) return ['file-unreadable'];
  if (!files.some(({ broker }) => broker)) return OF_ANY_FILE;
  const all = Object.keys(FILE_CODES) as FileCode[];
  return read > 1 ? all : all.filter((code) => !OF_SEVERAL.includes(code));
}

async function examineClient(named: string, cwd: string): Promise<Finding[]> {
  const source = await readSource(resolve(cwd, named));
  if ('unread' in source) return [unreadable(named, source.unread)];
  return failoverUrlsIn(source.text).flatMap(({ url, offset }) => {
    const before = source.text.slice(0, offset).split('\n');
    const at = { file: named, line: before.length, column: (before.at(-1) ?? '').length + 1 };
    return judgeFailover(url, at);
  });
}

function unreadable(file: string, why: string): Finding {
  return {
    code: 'file-unreadable',
    result: 'fail',
    at: { file, line: 1, column: 1 },
    message: `it cannot be read: ${why}`,
  };
}

/** What was found, in the order of the table of codes, with `pass` where nothing was. */
function asChecks(findings: readonly Finding[], looked: readonly FileCode[]): Check[] {
  return looked.flatMap((code): Check[] => {
    const found = findings.filter((finding) => finding.code === code);
    const entry = FILE_CODES[code];
    if (found.length === 0) {
      const nowhere = { file: null, line: null, column: null, node: null, hint: null };
      return [{ code, result: 'pass', ...nowhere, message: entry.pass }];
    }
    return found.map(({ result, at, message, hint }) => ({
      code,
      result,
      ...at,
      node: null,
      message,
      hint: hint ?? entry.todo,
    }));
  });
}
