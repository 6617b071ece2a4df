import { hostname, networkInterfaces } from 'node:os';

/** Whether an address belongs to this machine. */
export function isLocal(host: string): boolean {
  if (host === 'localhost' || host.startsWith('127.') || host === hostname()) return true;
  return Object.values(networkInterfaces())
    .flat()
    .some((address) => address?.address === host);
}
