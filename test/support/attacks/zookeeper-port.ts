import { expect } from 'vitest';
import { waysTo, type Besieged } from '../besieged.js';
import { attack } from '../strangers.js';
import { ZooKeeperStranger } from '../zookeeper.js';

/** A megabyte is announced two hundred times. */
export async function sizes(besieged: Besieged): Promise<void> {
  // The bytes after the size say to a server that speaks TLS that this is none.
  const bytes = Buffer.from([0, 0x0f, 0xff, 0xff, 0, 0]);
  for (const way of waysTo(besieged.zookeeper)) {
    const strangers = await attack(way, { name: 'sizes', connections: 200, bytes });
    await Promise.all(strangers.map((stranger) => stranger.ended));
  }
  await besieged.undisturbed();
}

/** All that can be asked of znodes, and of those that do not belong to the cluster too. */
async function answersTo(
  stranger: ZooKeeperStranger,
  { before }: Besieged,
): Promise<Record<string, string>> {
  const { path } = before.zookeeper;
  const members = before.nodes.map(({ member }) => `${path}/${String(member)}`);
  const [elector = ''] = [...members].sort();
  const master = members[before.nodes.findIndex(({ name }) => name === before.master)] ?? '';
  const evil = { id: before.cluster, container: 'stranger', address: 'tcp://127.0.0.1:1' };
  const elected = JSON.stringify({ ...evil, position: 1e9, weight: 1, elected: '0000000000' });
  const answers: Record<string, string> = {};
  for (const znode of ['/', '/zookeeper', '/zookeeper/quota', '/activemq', path, ...members]) {
    answers[`list ${znode}`] = await stranger.list(znode);
    answers[`read ${znode}`] = await stranger.read(znode);
    answers[`rights of ${znode}`] = await stranger.rights(znode);
    answers[`make below ${znode}`] = await stranger.make(`${znode}/x`.replace('//', '/'), 'x');
    answers[`free ${znode}`] = await stranger.free(znode);
    answers[`lock ${znode}`] = await stranger.lock(znode);
    if (znode !== '/') answers[`remove ${znode}`] = await stranger.remove(znode);
  }
  answers['a false member'] = await stranger.make(`${path}/00000000000x`, elected);
  answers['a false elector'] = await stranger.make(`${path}/0-000000001`, elected);
  answers['another address'] = await stranger.write(master, JSON.stringify(evil));
  answers.garbage = await stranger.write(elector, 'garbage');
  return answers;
}

/** Who is elected can neither be seen nor changed, whatever account a stranger says it has. */
export async function election(besieged: Besieged): Promise<void> {
  const { cluster, before, zookeeper } = besieged;
  const { connect } = before.zookeeper;
  for (const { tls } of zookeeper.barred) {
    await expect(ZooKeeperStranger.open(connect, undefined, tls)).rejects.toThrow('no session');
  }
  for (const account of [undefined, 'fabric:guess', 'super:guess', 'stranger:x']) {
    const stranger = await ZooKeeperStranger.open(connect, account, zookeeper.port.tls);
    const answers = await answersTo(stranger, besieged);
    stranger.close();
    // Who is nobody can lock nothing for itself, and what the server needs can be removed by no one.
    const refusals = ['NO_AUTH', 'INVALID_ACL', 'BAD_ARGUMENTS'];
    const done = Object.entries(answers).filter(([, answer]) => !refusals.includes(answer));
    expect(done).toEqual([]);
  }
  await besieged.undisturbed();
  expect((await cluster.status()).problems).toEqual([]);
}
