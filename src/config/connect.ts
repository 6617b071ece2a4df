/** What a connect string names before its chroot, and the chroot; that is empty where there is none. */
export function splitConnect(connect: string): {
  readonly servers: string;
  readonly chroot: string;
} {
  const slash = connect.indexOf('/');
  return slash === -1
    ? { servers: connect, chroot: '' }
    : { servers: connect.slice(0, slash), chroot: connect.slice(slash) };
}
