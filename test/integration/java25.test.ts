import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ClientSettings } from '../../src/clients/client-settings.js';
import type { StartResult } from '../../src/operations/start/start.js';
import { TestCluster } from '../support/cluster.js';
import { consoleAccount, openPage } from '../support/console.js';
import { receive, send } from '../support/messages.js';

/** A Java 25 where Linux distributions put one; the pass is skipped on machines without it. */
const home = [process.env.JAVA_25_HOME ?? '', ...installed('/usr/lib/jvm')].find((directory) =>
  existsSync(join(directory, 'bin', 'java')),
);

function installed(base: string): string[] {
  if (!existsSync(base)) return [];
  return readdirSync(base)
    .filter((name) => /(^|\D)25(\D|$)/.test(name))
    .map((name) => join(base, name));
}

describe.skipIf(home === undefined)('on Java 25', () => {
  let cluster: TestCluster | undefined;

  afterAll(async () => {
    await cluster?.remove();
  });

  it('starts, takes a message, gives it back and shows the console', async () => {
    cluster = await TestCluster.make(['--nodes', '3', '--console'], { JAVA_HOME: home ?? '' });
    const { status } = await cluster.json<StartResult>('up');
    expect(status.state).toBe('serving');
    const settings = await cluster.json<ClientSettings>('env');
    await send(settings, 'java25', ['hello']);
    const console = settings.consoles.find(({ name }) => name === status.master);
    const page = await openPage(
      `${console?.url ?? ''}admin/queues.jsp`,
      await consoleAccount(cluster),
    );
    expect(page).toContain('java25');
    expect(await receive(settings, 'java25', 1)).toEqual(['hello']);
  });
});
