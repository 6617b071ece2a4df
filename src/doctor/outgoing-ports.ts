import { readFile } from 'node:fs/promises';
import type { FileFacts } from './conf/broker-file.js';

const RANGE = '/proc/sys/net/ipv4/ip_local_port_range';
const RESERVED = '/proc/sys/net/ipv4/ip_local_reserved_ports';

/**
 * The ports that this machine gives to outgoing connections, and those kept out of them; Linux only.
 * (source: Documentation/networking/ip-sysctl of the kernel)
 */
export async function outgoingPorts(): Promise<FileFacts> {
  const [range, reserved] = await Promise.all(
    [RANGE, RESERVED].map((file) => readFile(file, 'utf8').catch(() => '')),
  );
  return { outgoing: parseRange(range ?? ''), ...parseReserved(reserved ?? '') };
}

/** `32768\t60999`. */
export function parseRange(text: string): FileFacts['outgoing'] {
  const [, from, to] = /^\s*(\d+)\s+(\d+)\s*$/.exec(text) ?? [];
  return from === undefined || to === undefined
    ? undefined
    : { from: Number(from), to: Number(to) };
}

/** `8080,9000-9010` */
export function parseReserved(text: string): Pick<FileFacts, 'reserved' | 'isReserved'> {
  const ranges = text
    .trim()
    .split(',')
    .filter((piece) => piece !== '')
    .map((piece) => piece.split('-').map(Number));
  const isReserved = (port: number) =>
    ranges.some(([from = Number.NaN, to = from]) => port >= from && port <= to);
  return { reserved: text.trim(), isReserved };
}

/**
 * The command that keeps ports out of the range of outgoing connections; it names those as well that are kept out already,
 * since it replaces them. @param ports in ascending order
 */
export function reserveCommand(
  ports: readonly number[],
  { reserved }: Pick<FileFacts, 'reserved'>,
): string {
  const pieces = reserved === '' ? [] : [reserved];
  for (let index = 0; index < ports.length;) {
    let end = index;
    while (ports[end + 1] === (ports[end] ?? 0) + 1) end += 1;
    pieces.push(end === index ? String(ports[index]) : `${ports[index]}-${ports[end]}`);
    index = end + 1;
  }
  return `sysctl -w net.ipv4.ip_local_reserved_ports=${pieces.join(',')}`;
}
