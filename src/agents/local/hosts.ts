import { hostname, networkInterfaces } from 'node:os';

/** Whether an address belongs to this machine. */
export function isLocal(host: string): boolean {
  if (host === 'localhost' || host.startsWith('127.') || host === hostname()) return true;
  return Object.values(networkInterfaces())
    .flat()
    .some((address) => address?.address === host);
}

/** Those that are on other machines. */
export function elsewhere<T extends { readonly host: string }>(nodes: readonly T[]): T[] {
  return nodes.filter(({ host }) => !isLocal(host));
}

/** Where these are, in words: `mq02 is on hostb, mq03 is on hostc`. */
export function placesOf(
  nodes: readonly { readonly name: string; readonly host: string }[],
): string {
  return nodes.map(({ name, host }) => `${name} is on ${host}`).join(', ');
}
