import { expect, it } from 'vitest';
import { thisHost, openCluster } from '../../src/state/cluster.js';
import { consumeMessages } from '../../src/messages/consume.js';
import { made } from './rig.js';

it('consume says at once that the cluster is stopped, and waits on', async () => {
  const end = new AbortController();
  const told: string[] = [];
  const host = thisHost({
    signal: end.signal,
    emit: (event) => {
      if (event.type !== 'warning') return;
      told.push(event.message);
      // The time limit counts while a master serves.
      setTimeout(() => {
        end.abort();
      }, 1500);
    },
  });
  const cluster = await openCluster(await made({ nodes: 1 }), host);
  const { error } = await consumeMessages(cluster, {
    queue: 'q',
    count: undefined,
    timeoutMs: 100,
    browse: false,
    progress: false,
    take: () => Promise.resolve(true),
  });
  host.connections.close();
  expect(told).toEqual([
    'the cluster is stopped; `mqha up` starts it. Waiting for a master for 60 s',
  ]);
  expect(error).toMatchObject({ code: 'interrupted' });
});
