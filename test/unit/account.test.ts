import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { settingMarkers } from '../../src/stores/settings.js';
import { accountOf } from '../../src/state/account.js';
import type { Cluster } from '../../src/state/cluster.js';
import { portTable } from '../../src/config/defaults.js';
import { layoutOf } from '../../src/config/layout.js';
import { temporaryDirectory } from '../support/temp.js';

const config = await portTable({ nodes: 3 }, () => Promise.resolve(true));
const open = { ...config, authentication: 'none' as const };
const account = { username: 'a', password: 'b' };

function cluster(change: Partial<Cluster>, written = true): Cluster {
  const layout = layoutOf(temporaryDirectory());
  mkdirSync(layout.state, { recursive: true });
  const credentials = JSON.stringify({ ...account, securityToken: 'c' });
  if (written) writeFileSync(join(layout.state, 'credentials.json'), credentials);
  return { config, layout, account, ...change } as Cluster;
}

describe('the account that a running broker asks for', () => {
  it('is that of mqha.yaml where the two agree, or the process does not say', async () => {
    expect(await accountOf(cluster({}), settingMarkers(config, 'mq01'))).toEqual(account);
    expect(await accountOf(cluster({}), [])).toEqual(account);
  });

  it('is what it was started with, after mqha.yaml was edited', async () => {
    const now = { config: open, account: undefined };
    expect(await accountOf(cluster(now), settingMarkers(config, 'mq01'))).toEqual(account);
    expect(await accountOf(cluster({}), settingMarkers(open, 'mq01'))).toBeUndefined();
  });

  it('is not known where its file is gone', async () => {
    const now = { config: open, account: undefined };
    expect(await accountOf(cluster(now, false), settingMarkers(config, 'mq01'))).toBeUndefined();
  });
});
