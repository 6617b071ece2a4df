import { once } from 'node:events';
import { createServer } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { usageOf } from '../../../../src/drill/run/consent.js';
import { openCluster, thisHost } from '../../../../src/state/cluster.js';
import { made } from '../../rig.js';
import { judged, whole } from '../../scenes.js';

/** A cluster that was made, whose first node is taken for the master. */
async function served(signal = new AbortController().signal) {
  const opened = await openCluster(await made(), thisHost({}));
  const cluster = { ...opened, host: { ...opened.host, signal } };
  const [node] = cluster.config.nodes;
  if (!node) throw new Error('it has no node');
  return { cluster, node, status: { ...judged(whole()), master: node.name } };
}

/** A console that nothing is connected to but `shop-1`, from now on. */
async function consoleOn(port: number): Promise<void> {
  const server = createServer((request, response) => {
    const asksClients = request.url?.endsWith('/ClientId') === true;
    const value = asksClients ? { 'a:connectionName=shop-1': { ClientId: 'shop-1' } } : {};
    response.end(JSON.stringify({ status: 200, value }));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
}

describe('who uses a cluster', () => {
  it('is asked again while the console of the master does not answer yet', async () => {
    const { cluster, node, status } = await served();
    const asked = usageOf(cluster, status, 5000);
    setTimeout(() => void consoleOn(node.webPort), 500);
    expect(await asked).toEqual({ clients: ['shop-1'], queues: [] });
  });

  it('is unknown, and nothing is drilled, where it does not answer in time', async () => {
    const { cluster, status } = await served();
    await expect(usageOf(cluster, status, 300)).rejects.toMatchObject({ code: 'drill-refused' });
  });

  it('is not waited for where there is no master, nor after Ctrl-C', async () => {
    const abort = new AbortController();
    const { cluster, status } = await served(abort.signal);
    const none = usageOf(cluster, { ...status, master: null }, 60_000);
    await expect(none).rejects.toMatchObject({ code: 'drill-refused' });
    abort.abort();
    await expect(usageOf(cluster, status, 60_000)).rejects.toMatchObject({ code: 'interrupted' });
  });
});
