import { readdir, readFile, readlink } from 'node:fs/promises';
import { createServer, isIP } from 'node:net';
import { join } from 'node:path';
import { dial, type Endpoint } from '../../lib/dial.js';
import { systemCode } from '../../lib/errors.js';
import { markOf } from '../marks.js';
import type { HeldPort, PortHolder, WantedPort } from '../agent.js';

/** Which of these addresses somebody listens on now; connects, and so disturbs nobody's start. */
export async function heldPorts(ports: readonly WantedPort[]): Promise<HeldPort[]> {
  const held = await Promise.all(ports.map((wanted) => isListening(wanted)));
  return ports.filter((_, index) => held[index]).map((port) => ({ ...port, reason: 'taken' }));
}

function isListening(endpoint: Endpoint): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = dial(endpoint);
    socket.setTimeout(300, () => socket.destroy());
    socket.once('connect', () => {
      resolve(true);
      socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.once('close', () => {
      resolve(false);
    });
  });
}

/** Which of these addresses cannot be bound; each is bound for a moment and let go. */
export async function unbindablePorts<P extends WantedPort>(
  ports: readonly P[],
): Promise<(P & Pick<HeldPort, 'reason'>)[]> {
  const reasons = await Promise.all(ports.map((wanted) => bindError(wanted.host, wanted.port)));
  return ports.flatMap((wanted, index) => {
    const reason = reasons[index];
    return reason === undefined ? [] : [{ ...wanted, reason }];
  });
}

/** Whether this machine can listen on an address at all (any port). */
export async function canBind(host: string): Promise<boolean> {
  return (await bindError(host, 0)) === undefined;
}

function bindError(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => {
      const code = systemCode(error) ?? error.message;
      resolve(
        code === 'EADDRINUSE'
          ? 'taken'
          : code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND'
            ? 'no-address'
            : code,
      );
    });
    server.listen({ host, port, exclusive: true }, () => {
      server.close(() => {
        resolve(undefined);
      });
    });
  });
}

/** States of a row of /proc/net/tcp. */
const LISTEN = '0A';
const ESTABLISHED = '01';

/**
 * Looks up who holds a TCP port, as far as this user may see it; Linux only.
 * @param host the address that is wanted there: several may listen on one port, each at its own
 * @returns undefined where nothing can be found out
 */
export async function holderOf(port: number, host?: string): Promise<PortHolder | undefined> {
  const all = await rowsOf(port);
  const address = host === undefined ? undefined : hexOf(host);
  const there = all.filter((fields) => isAt(fields[1] ?? '', address));
  const rows = there.length > 0 ? there : all;
  const row = rows.find((fields) => fields[3] === LISTEN) ?? rows[0];
  if (!row) return undefined;
  const kind = row[3] === LISTEN ? 'listener' : 'connection';
  const owner = await ownerOf(`socket:[${row[9] ?? ''}]`);
  return owner ? { kind, ...owner } : { kind };
}

/** The rows of the kernel's tables whose own end is this port; none where there are no such tables. */
async function rowsOf(port: number): Promise<string[][]> {
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFile(file, 'utf8').catch(() => '')),
  );
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return tables
    .flatMap((table) => table.split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(`:${hex}`));
}

/** How many connections a listener of this machine has, with those that it has not taken yet; Linux only. */
export async function connectionsAt(port: number): Promise<number | undefined> {
  const rows = await rowsOf(port);
  if (!rows.some((fields) => fields[3] === LISTEN)) return undefined;
  return rows.filter((fields) => fields[3] === ESTABLISHED).length;
}

/** An IPv4 address as the kernel prints it: its bytes in the order of this machine, which is little-endian. */
function hexOf(host: string): string | undefined {
  if (isIP(host) !== 4) return undefined;
  const bytes = host
    .split('.')
    .reverse()
    .map((byte) => Number(byte).toString(16).padStart(2, '0'));
  return bytes.join('').toUpperCase();
}

/** Whether a row's own end is at an address, or at all of them. */
function isAt(end: string, address: string | undefined): boolean {
  const [own = ''] = end.split(':');
  return address === undefined || /^0+$/.test(own) || own.endsWith(address);
}

async function ownerOf(socket: string): Promise<Omit<PortHolder, 'kind'> | undefined> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const owners = await Promise.all(
    pids.map(async (pid) => {
      const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
      const targets = await Promise.all(
        descriptors.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')),
      );
      return targets.includes(socket) ? pid : undefined;
    }),
  );
  const pid = owners.find((owner) => owner !== undefined);
  if (pid === undefined) return undefined;
  const command = (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim();
  return { pid: Number(pid), command, of: await clusterOf(pid) };
}

/** Of which cluster a process is: it works in its own directory there. */
async function clusterOf(pid: string): Promise<PortHolder['of']> {
  const argv = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
  const name = markOf(argv)?.name;
  const base = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
  if (name === undefined || base === undefined) return undefined;
  const end = [join('nodes', name), name].find((part) => base.endsWith(`/${part}`));
  return end === undefined ? undefined : { name, directory: base.slice(0, -end.length - 1) };
}

/**
 * Finds runs of consecutive free ports on 127.0.0.1, below the usual range of outgoing connections.
 * @param runs how many ports each run has
 * @returns the first port of each run; the runs do not overlap
 */
export async function freePorts(runs: readonly number[]): Promise<number[]> {
  const count = runs.reduce((sum, run) => sum + run, 0);
  for (;;) {
    const base = 20_000 + Math.floor(Math.random() * 12_000);
    const wanted = Array.from({ length: count }, (_, index) => ({
      key: '',
      host: '127.0.0.1',
      port: base + index,
    }));
    if ((await unbindablePorts(wanted)).length > 0) continue;
    let next = base;
    return runs.map((run) => (next += run) - run);
  }
}
