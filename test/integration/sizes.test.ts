import { afterEach, describe, expect, it } from 'vitest';
import type { ClientSettings } from '../../src/clients/client-settings.js';
import type { KillResult } from '../../src/operations/kill.js';
import { TestCluster } from '../support/cluster.js';
import { receive, send } from '../support/messages.js';

describe('a cluster of another size', () => {
  let cluster: TestCluster | undefined;

  afterEach(async () => {
    await cluster?.remove();
  });

  it('of one node serves, and keeps its messages through a restart', async () => {
    cluster = await TestCluster.make(['--nodes', '1']);
    await cluster.json('up');
    const settings = await cluster.json<ClientSettings>('env');
    await send(settings, 'one', ['kept']);
    await cluster.json('down');
    await cluster.json('up');
    expect(await receive(settings, 'one', 1)).toEqual(['kept']);
  });

  it('of five nodes serves on when two of them are killed', async () => {
    cluster = await TestCluster.make(['--nodes', '5']);
    await cluster.json('up');
    const { master, nodes, quorum } = await cluster.status();
    expect(nodes.filter(({ attached }) => attached === true)).toHaveLength(4);
    expect(quorum).toBe(3);
    const settings = await cluster.json<ClientSettings>('env');
    await send(settings, 'five', ['kept']);
    const slave = nodes.find(({ role }) => role === 'slave')?.name ?? '';
    const killed = await cluster.json<KillResult>('kill', master ?? '', slave);
    expect(killed).toMatchObject({ state: 'degraded' });
    expect(killed.newMaster).not.toBe(master);
    expect(await receive(settings, 'five', 1)).toEqual(['kept']);
  });
});
