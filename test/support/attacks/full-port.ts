import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { askPort } from '../../../src/clients/probe.js';
import type { ClusterStatus } from '../../../src/observe/status.js';
import type { Besieged } from '../besieged.js';
import { errorIn, eventually } from '../cluster.js';
import { attack, type Stranger } from '../strangers.js';

/** Twice as long as a master may hang. */
const FULL_MS = 16_000;

/** Clients with the account connect to the master, and say nothing more, until nobody else is let in. */
async function fill(besieged: Besieged, present: Stranger[]): Promise<void> {
  const { port } = besieged.doors().message;
  const { username, password } = besieged.settings;
  const connect = `CONNECT\naccept-version:1.1\nlogin:${username}\npasscode:${password}\n\n\0`;
  const bytes = Buffer.from(connect);
  // Over TLS it hangs up before the handshake.
  const full = port.tls ? 'refused' : 'full';
  // Those that are just authenticating count, and may be hung up on: it must stay full.
  for (let rounds = 0, times = 0; times < 3; rounds++) {
    expect(rounds).toBeLessThan(60);
    times = (await askPort(port)) === full ? times + 1 : 0;
    if (times === 0) {
      present.push(...(await attack(port, { name: 'clients', connections: 50, bytes })));
    }
    await sleep(times === 0 ? 200 : 700);
  }
}

/** All connections that a master has are used up: nobody is killed for it, and `status` says so. */
export async function fullPort(besieged: Besieged): Promise<void> {
  const { cluster, before } = besieged;
  const began = new Date();
  const present: Stranger[] = [];
  const problemOf = ({ problems }: ClusterStatus) =>
    problems.find(({ code }) => code === 'connections-full');
  try {
    // Silent ones on every port first: they are no reason to let others wait.
    for (const { name } of before.nodes) {
      const { message, web, replication } = besieged.doors(name);
      for (const { port } of [message, web, replication]) {
        // Over TLS these bytes begin a handshake.
        const silent = { name: 'silence', connections: 1100, bytes: Buffer.from([0x16, 3, 1]) };
        present.push(...(await attack({ host: port.host, port: port.port }, silent)));
      }
    }
    await fill(besieged, present);
    const full = await eventually(
      () => cluster.status(),
      (status) => problemOf(status) !== undefined,
    );
    expect(problemOf(full)).toMatchObject({ severity: 'error', node: before.master });
    await sleep(FULL_MS);
    await fill(besieged, present);
    const still = await cluster.status();
    expect(problemOf(still)).toBeDefined();
    expect(still).toMatchObject({ state: 'serving', master: before.master });
    const checked = await cluster.run('check');
    expect([checked.exitCode, checked.stdout.split(':')[0]]).toEqual([1, 'WARNING']);
    const refused = await cluster.run('send', 'late', 'x', '--timeout', '5s', '--json');
    expect(errorIn(refused.stderr).code).toBe('connections-full');
    // Nothing is to be waited for.
    expect((await cluster.run('up')).exitCode).toBe(0);
  } finally {
    for (const stranger of present) stranger.leave();
  }
  await eventually(
    () => cluster.status(),
    (status) => problemOf(status) === undefined,
  );
  await besieged.undisturbed();
  const told = (await cluster.events(began)).map(({ type }) => type);
  expect(told).toContain('connections-full');
  expect(told).not.toContain('process-killed');
  await eventually(
    () => cluster.events(began),
    (entries) => entries.some(({ type }) => type === 'connections-free'),
  );
}
