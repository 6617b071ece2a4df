import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClientSettings } from '../../src/cluster/client-settings.js';
import { startedCluster, type TestCluster } from '../support/cluster.js';
import { receive, send } from '../support/messages.js';

/**
 * A slave that attaches downloads the master's last index snapshot. Unmended, the store names it
 * after the end of the log, and what lies between is lost when that slave becomes master.
 */
describe('messages across graceful changes of master', () => {
  let cluster: TestCluster;
  let settings: ClientSettings;

  beforeAll(async () => {
    ({ cluster, settings } = await startedCluster());
  });

  afterAll(async () => {
    await cluster.remove();
  });

  it.each(['first', 'second', 'third'])('are there after the %s rolling restart', async (queue) => {
    await send(settings, queue, ['a', 'b']);
    await cluster.json('restart');
    expect(await receive(settings, queue, 2)).toEqual(['a', 'b']);
  });

  it('are there after everything was stopped and started', async () => {
    await send(settings, 'down', ['a', 'b']);
    expect((await cluster.run('down')).exitCode).toBe(0);
    await cluster.json('up');
    expect(await receive(settings, 'down', 2)).toEqual(['a', 'b']);
  });
});
