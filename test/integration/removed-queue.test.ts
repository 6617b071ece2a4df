import { afterAll, beforeAll, expect, it } from 'vitest';
import { queueDepths } from '../../src/clients/management/destinations.js';
import type { Console } from '../../src/clients/management/jolokia.js';
import type { ClientSettings } from '../../src/clients/client-settings.js';
import { removeAll } from '../../src/drill/jms/remove.js';
import { Deadline } from '../../src/lib/time.js';
import { startedCluster, type TestCluster } from '../support/cluster.js';
import { receive, send } from '../support/messages.js';
import { healed } from '../support/watched.js';

const ASK_MS = 10_000;
const REMOVE_MS = 60_000;

let cluster: TestCluster;
let settings: ClientSettings;

/** The console of the master. */
async function console(): Promise<Console> {
  const { config, account } = await cluster.open();
  const { master } = await healed(cluster);
  const node = config.nodes.find(({ name }) => name === master);
  if (!node) throw new Error('there is no master');
  return { host: node.host, port: node.webPort, account };
}

const bodies = (kind: string) => Array.from({ length: 20 }, (_, index) => `${kind} ${index}`);

beforeAll(async () => {
  ({ cluster, settings } = await startedCluster());
});

afterAll(async () => {
  await cluster.remove();
});

it('keeps what was sent after a queue was removed, when slaves that were restarted then take over', async () => {
  await send(settings, 'kept', bodies('before'));
  for (const queue of ['gone.1', 'gone.2']) {
    await send(settings, queue, bodies(queue));
    await removeAll(await cluster.open(), [{ role: 'remove', queue }], Deadline.in(REMOVE_MS));
  }
  await send(settings, 'kept', bodies('after'));
  const { nodes, master } = await healed(cluster);
  // Each attaches anew, and replays the log from before the removal.
  const slaves = nodes.filter((node) => node.name !== master).map((node) => node.name);
  await cluster.json('restart', ...slaves);
  await cluster.json('kill', 'master');
  await cluster.json('up');
  const queues = await queueDepths(await console(), ASK_MS);
  expect(queues.filter((queue) => /^(kept|gone)/.test(queue.name))).toEqual([
    { name: 'kept', messages: 40 },
  ]);
  expect(await receive(settings, 'kept', 40)).toEqual([...bodies('before'), ...bodies('after')]);
});
