import { chmod, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { readCredentials } from '../../../src/state/identity.js';
import { CI_TOKEN, type Besieged } from '../besieged.js';
import { impostor, reachedByAnother } from '../second-user.js';

/** Another user of the machine looks for secrets, files and processes, and calls a process of its own a broker. */
export async function login(besieged: Besieged): Promise<void> {
  const { cluster, pids } = besieged;
  // As a home directory is in which others may look around.
  await chmod(cluster.directory, 0o755);
  const { id, layout } = await cluster.open();
  const all = [...pids.values(), (await cluster.status()).supervisor.pid ?? 0];
  const impostorOfOne = impostor([`-Dmqha.cluster=${id}`, '-Dmqha.node=mq01']);
  const reached = await reachedByAnother(cluster.directory, all);
  expect(reached).toMatchObject({ changed: [], processes: [] });
  expect(reached.read).toContain(join(cluster.directory, 'mqha.yaml'));
  const { accounts, ...own } = { ...(await readCredentials(layout)) };
  const secrets = [own.password, own.securityToken, own.zookeeperPassword].concat(
    Object.values(accounts ?? {}).map(({ password }) => password),
    'PRIVATE KEY',
  );
  expect(secrets.length).toBeGreaterThan(4);
  for (const path of reached.read) {
    const text = await readFile(path, 'latin1');
    expect(secrets.filter((secret) => text.includes(String(secret)))).toEqual([]);
  }
  // Nor is what the starter's environment had in that of any process.
  for (const pid of all) {
    expect(await readFile(`/proc/${pid}/environ`, 'latin1')).not.toContain(CI_TOKEN);
  }
  await besieged.undisturbed();
  expect((await cluster.run('start', 'mq01')).exitCode).toBe(0);
  await besieged.undisturbed();
  await impostorOfOne.end();
}
