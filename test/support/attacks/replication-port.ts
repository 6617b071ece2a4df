import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { readCredentials } from '../../../src/state/identity.js';
import { waysTo, type Besieged } from '../besieged.js';
import type { TestCluster } from '../cluster.js';
import { exchange, get, login } from '../replication.js';
import { attack, bombard, type Stranger } from '../strangers.js';

const IDLE = 4000;

/** How long an answer is waited for that is not to come. */
const UNANSWERED_MS = 1000;

/** What all brokers have in their logs, in bytes. */
async function loggedBytes(cluster: TestCluster): Promise<number> {
  const { config } = await cluster.open();
  let bytes = 0;
  for (const { name } of config.nodes) {
    const log = join(cluster.directory, 'nodes', name, 'log');
    for (const file of await readdir(log)) bytes += (await stat(join(log, file))).size;
  }
  return bytes;
}

/** Thousands of connections that say nothing, and frames that are not taken. */
export async function crowd(besieged: Besieged): Promise<void> {
  const { cluster } = besieged;
  const { replication } = besieged.doors();
  const { host, port } = replication.port;
  const idle: Stranger[] = [];
  const silence = { name: 'idle', connections: 200, bytes: Buffer.alloc(0) };
  for (let made = 0; made < IDLE; made += silence.connections) {
    idle.push(...(await attack({ host, port }, silence)));
  }
  await sleep(500);
  let open = 0;
  for (const { ended } of idle) {
    if (!(await Promise.race([ended.then(() => true), sleep(0).then(() => false)]))) open++;
  }
  expect(open).toBeLessThan(100);
  const logged = await loggedBytes(cluster);
  const garbage = Buffer.from(`${login('x').slice(0, -3)}\0`);
  for (const way of waysTo(replication)) {
    await bombard(way, 500, () => garbage);
    await bombard(way, 500, () => Buffer.from('sync\n\0'.repeat(100)));
  }
  // A log of gc is written beside it.
  expect((await loggedBytes(cluster)) - logged).toBeLessThan(200_000);
  for (const stranger of idle) stranger.leave();
  await besieged.undisturbed();
}

/** Who has the token gets files of the store, and no others; over TLS nobody who has the token alone. */
export async function token(besieged: Besieged): Promise<void> {
  const { cluster, before } = besieged;
  const { port, barred } = besieged.doors().replication;
  const { securityToken } = (await readCredentials((await cluster.open()).layout)) ?? {
    securityToken: '',
  };
  const [log = ''] = (
    await readdir(join(cluster.directory, 'nodes', String(before.master), 'data', 'storedb'))
  ).filter((name) => /^[0-9a-f]{16}\.log$/.test(name));
  const asked = login(securityToken) + get(`log/${log}`);
  // What would be read, is.
  expect(await exchange(port, asked, UNANSWERED_MS)).toMatch(/^ok\n\0ok\n\0.{5}$/s);
  for (const way of barred) expect(await exchange(way, asked, UNANSWERED_MS)).not.toContain('ok\n');
  for (const frames of [
    get('../../conf/credentials.properties'),
    get('log/../../../conf/credentials.properties'),
    get('/etc/passwd'),
    get('..\\..\\conf'),
    get(''),
    get(`log/${log}`, -1),
    get(`log/${log}`, 0, -1),
  ]) {
    expect(await exchange(port, login(securityToken) + frames)).toMatch(/^ok\n\0error\n[^\0]*\0$/);
  }
  expect(await exchange(port, login(`${securityToken}x`) + get(`log/${log}`))).toMatch(
    /^error\n[^\0]*\0$/,
  );
  expect(await exchange(port, get(`log/${log}`))).toMatch(/^error\n[^\0]*\0$/);
  await besieged.undisturbed();
}
