import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { MqhaError } from '../../src/lib/errors.js';
import { destroyCluster } from '../../src/operations/destroy.js';
import { openCluster, thisHost } from '../../src/state/cluster.js';
import { unrendered } from './rig.js';
import { coordinationOf } from './scenes.js';

it('names --keep-znodes where the ensemble does not answer, and has removed nothing', async () => {
  const directory = await unrendered({ zookeeper: '127.0.0.1:1' });
  const cluster = await openCluster(directory, thisHost({}));
  const silent = new MqhaError('zookeeper-unreachable', 'no answer', { hint: 'Look there.' });
  const coordination = {
    ...coordinationOf(() => Promise.resolve([])),
    erase: () => Promise.reject(silent),
  };
  const destroy = (keepZnodes: boolean) =>
    destroyCluster(
      { ...cluster, coordination },
      { timeoutMs: 1000, confirm: () => Promise.resolve(true), keepZnodes },
    );
  await expect(destroy(false)).rejects.toMatchObject({
    code: 'zookeeper-unreachable',
    message: 'no answer',
    hint: expect.stringContaining('--keep-znodes') as string,
  });
  expect(existsSync(cluster.layout.file)).toBe(true);
  await destroy(true);
  expect(existsSync(cluster.layout.file)).toBe(false);
});
