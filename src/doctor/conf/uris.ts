/** An address in a URI: `tcp://host:port`. The port is undefined where there is none. */
export interface Endpoint {
  readonly scheme: string;
  readonly host: string;
  readonly port: number | undefined;
}

const ENDPOINT = /([a-z][a-z0-9+.-]*):\/\/(\[[0-9a-f:.]*\]|[^\s:/?#(),[\]]*)(?::(\d{1,6}))?/gi;

/** Every address in a URI, also in those of several (`failover:(tcp://a:1,tcp://b:2)`). */
export function endpointsIn(uri: string): Endpoint[] {
  return [...uri.matchAll(ENDPOINT)].map(([, scheme = '', host = '', port]) => ({
    scheme: scheme.toLowerCase(),
    host: host.toLowerCase(),
    port: port === undefined ? undefined : Number(port),
  }));
}

/** Whether a URI has an option, by itself or with `transport.` before it. */
export function hasOption(uri: string, name: string): boolean {
  return new RegExp(`[?&;](?:amp;)?(?:transport\\.)?${name.replaceAll('.', '\\.')}=`, 'i').test(
    uri,
  );
}

/** A failover URL in a text. */
export interface FailoverUrl {
  readonly url: string;
  /** In the text. */
  readonly offset: number;
}

const FAILOVER = 'failover:';

/**
 * The failover URLs of a text: up to the bracket that closes the list, and the options behind it. Of one without brackets up
 * to the next blank or quote.
 */
export function failoverUrlsIn(text: string): FailoverUrl[] {
  const found: FailoverUrl[] = [];
  for (
    let at = text.indexOf(FAILOVER);
    at !== -1;
    at = text.indexOf(FAILOVER, at + FAILOVER.length)
  ) {
    if (/[\w]/.test(text[at - 1] ?? ' ')) continue;
    const url = text.slice(at, endOfUrl(text, at + FAILOVER.length));
    if (url.includes('://')) found.push({ url, offset: at });
  }
  return found;
}

const MAX_URL = 8192;

function endOfUrl(text: string, from: number): number {
  let at = from;
  while (text.startsWith('/', at)) at += 1;
  const limit = Math.min(text.length, from + MAX_URL);
  if (text[at] === '(') {
    let depth = 0;
    for (; at < limit; at += 1) {
      if (text[at] === '(') depth += 1;
      else if (text[at] === ')' && (depth -= 1) === 0) break;
    }
    at += 1;
  }
  while (at < limit && !/[\s"'<>`)]/.test(text[at] ?? '')) at += 1;
  return Math.min(at, limit);
}

/** Whether an address is of this machine alone. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\.\d/.test(host);
}

/** Whether it stands for every address of a machine. */
export function isAny(host: string): boolean {
  return host === '' || host === '0.0.0.0' || host === '[::]' || host === '[::0]';
}
