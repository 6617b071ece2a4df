import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually, startedCluster, type TestCluster } from '../support/cluster.js';
import { healed, slaveIn } from '../support/watched.js';

const QUEUE = 'rotating';
const SENDERS = 4;
const COUNT = 80;
const BYTES = 900_000;

let cluster: TestCluster;

beforeAll(async () => {
  ({ cluster } = await startedCluster());
});

afterAll(async () => {
  await cluster.remove();
});

it('has units of work over 512 kB wholly or not at all, and depths that are right, when masters are killed', async () => {
  const flags = ['--workload', 'large', '--scenario', 'kill-master', '--rounds', '2'];
  const result = await cluster.run('drill', ...flags, '--supervisor', 'with', '--json');
  expect(result.exitCode, result.stderr + result.stdout).toBe(0);
});

it('has everything at a slave that attached while the log rotated under load, and took over', async () => {
  const slave = slaveIn(await healed(cluster));
  const size = ['--size', String(BYTES), '--count', String(COUNT)];
  const senders = Array.from({ length: SENDERS }, () => cluster.run('send', QUEUE, ...size));
  await cluster.json('kill', slave);
  await cluster.json('start', slave);
  for (const { exitCode, stderr } of await Promise.all(senders)) expect(exitCode, stderr).toBe(0);
  await healed(cluster);
  const { to } = await cluster.json<{ to: string }>('switchover', '--to', slave, '--yes');
  expect(to).toBe(slave);
  await healed(cluster);
  const depth = async () => {
    const { queues } = await cluster.json<{ queues: { name: string; depth: number }[] }>('queues');
    return queues.find(({ name }) => name === QUEUE)?.depth;
  };
  expect(await depth()).toBe(SENDERS * COUNT);
  // As many at a time as what a test may print.
  for (let reader = 0; reader < SENDERS; reader++) {
    const taken = await cluster.run('consume', QUEUE, '--count', String(COUNT), '--timeout', '30s');
    expect(taken.exitCode, taken.stderr).toBe(0);
  }
  // Nothing answers an acknowledgement over AMQP, so the last ones may be on their way.
  await eventually(depth, (left) => left === 0);
});
