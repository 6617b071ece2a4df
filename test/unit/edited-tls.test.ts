import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { asRendered } from '../../src/operations/start/name-changed.js';
import { renderFiles, settleCluster } from '../../src/operations/start/prepare.js';
import { openCluster, thisHost } from '../../src/state/cluster.js';
import { settingMarkers } from '../../src/stores/settings.js';
import { broker } from './children.js';
import { edit, made, mqha } from './rig.js';

/** Every file below a directory, with what it holds. Locks come and go. */
function contents(directory: string): Record<string, string> {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(
    names
      .filter((name) => !name.includes('lock/') && statSync(join(directory, name)).isFile())
      .map((name) => [name, readFileSync(join(directory, name), 'latin1')]),
  );
}

/** A cluster whose broker mq01 runs, and whose mqha.yaml has another word on TLS since. */
async function edited() {
  const directory = await made();
  const host = thisHost({ command: 'mqha up' });
  const before = await openCluster(directory, host);
  await broker(before.id, 'mq01', settingMarkers(before.config, 'mq01'));
  edit(directory, /^name: .*$/m, '$&\ntls: true');
  const cluster = await openCluster(directory, host);
  expect(cluster.config.tls).toBeDefined();
  return { directory, host, before, cluster };
}

const REFUSAL = 'mq01 runs with tls false, and mqha.yaml says true';

describe('a cluster whose tls was edited while it runs', () => {
  it.each([
    ['render'],
    ['render', '--yes'],
    ['up'],
    ['up', '--dry-run'],
    ['start', 'mq02'],
    ['restart', '--yes'],
    ['scale', '5', '--yes'],
    ['account', 'rotate'],
    ['certs', 'renew'],
    ['certs', 'client', 'shop'],
  ])('is changed by nothing: mqha %s %s', async (...words) => {
    const { directory } = await edited();
    const was = contents(directory);
    const { status, stderr } = await mqha(['-C', directory, ...words]);
    expect(status).not.toBe(0);
    expect(stderr).toContain(REFUSAL);
    expect(contents(directory)).toEqual(was);
  });

  it('is changed by nothing while its ZooKeeper runs alone', async () => {
    const directory = await made();
    const host = thisHost({ command: 'mqha up' });
    const before = await openCluster(directory, host);
    await broker(before.id, 'zookeeper');
    expect((await mqha(['-C', directory, 'render'])).status).toBe(0);
    edit(directory, /^name: .*$/m, '$&\ntls: true');
    const was = contents(directory);
    for (const words of [['render'], ['up'], ['start', 'mq01']]) {
      const { status, stderr } = await mqha(['-C', directory, ...words]);
      expect(status).toBe(1);
      expect(stderr).toContain('ZooKeeper runs in clear, and mqha.yaml says with TLS');
    }
    expect(contents(directory)).toEqual(was);
  });

  it('is told what to do by a render, and by a look at what it would change', async () => {
    const { directory } = await edited();
    const { stderr } = await mqha(['-C', directory, 'render']);
    expect(stderr).toContain(REFUSAL);
    expect(stderr).toContain('`mqha down`');
    const { stdout } = await mqha(['-C', directory, 'render', '--check']);
    expect(stdout).toContain('nodes/mq01/conf/activemq.xml');
  });

  it('is healed as it runs, with the files that it has', async () => {
    const { directory, before, cluster } = await edited();
    const healed = await asRendered(cluster);
    expect(healed.config).toEqual(before.config);
    await settleCluster(before, false);
    const was = contents(directory);
    const settled = await settleCluster(healed, false);
    expect(settled.config).toEqual(before.config);
    expect((await renderFiles(healed, false)).written).toEqual([]);
    expect(contents(directory)).toEqual(was);
    // Nor is what was edited taken for rendered.
    expect((await asRendered(cluster)).config).toEqual(before.config);
  });

  it('is not healed where what was rendered is not known, or is not what runs', async () => {
    const { directory, cluster } = await edited();
    writeFileSync(join(directory, '.mqha', 'config.json'), '{}');
    expect(await asRendered(cluster)).toBe(cluster);
  });

  it('is healed as it ran where all brokers have died at once', async () => {
    const directory = await made();
    const host = thisHost({ command: 'mqha supervise' });
    const before = await openCluster(directory, host);
    edit(directory, /^name: .*$/m, '$&\ntls: true');
    const healed = await asRendered(await openCluster(directory, host));
    expect(healed.config).toEqual(before.config);
  });

  it('is rendered as mqha.yaml says once nothing runs', async () => {
    const directory = await made();
    edit(directory, /^name: .*$/m, '$&\ntls: true');
    expect((await mqha(['-C', directory, 'render'])).status).toBe(0);
    const cluster = await openCluster(directory, thisHost({}));
    expect(await asRendered(cluster)).toBe(cluster);
  });
});
