import { describe, expect, it, vi } from 'vitest';
import type { ProcessInfo } from '../../src/agents/process.js';
import { portTable } from '../../src/config/defaults.js';
import type { ClusterConfig } from '../../src/config/schema.js';
import { refuseNameChanged } from '../../src/operations/start/name-changed.js';
import { failoverUrl } from '../../src/clients/client-settings.js';
import { asRunning, asServed, type Cluster } from '../../src/state/cluster.js';
import {
  asMet,
  asStarted,
  meetingKeysDiffering,
  settingMarkers,
} from '../../src/stores/settings.js';

const config = await portTable({ nodes: 3 }, () => Promise.resolve(true));
const renamed: ClusterConfig = { ...config, name: 'other' };
const moved: ClusterConfig = { ...config, zookeeper: { ...config.zookeeper, path: '/other' } };

const at = (connect: string): ClusterConfig => ({
  ...config,
  zookeeper: { ...config.zookeeper, managed: false, connect },
});

const secured = await portTable({ nodes: 3, tls: true }, () => Promise.resolve(true));
const clearZooKeeper: ClusterConfig = {
  ...secured,
  zookeeper: { ...secured.zookeeper, tls: false },
};

/** As an mqha has written them that knew no TLS. */
const withoutTls = (markers: readonly string[]) =>
  markers.map((one) => one.replaceAll(/&?(zookeeper\.)?tls(\.clientCertificates)?=\w+/g, ''));

/** The brokers as they were started with a configuration. */
const started = (by: ClusterConfig, names = ['mq01', 'mq02', 'mq03']) =>
  new Map(names.map((name, pid) => [name, processOf(pid, settingMarkers(by, name))]));

const processOf = (pid: number, argv: readonly string[]): ProcessInfo => ({
  pid,
  startTime: `${pid}`,
  argv,
  suspended: false,
});

function clusterOf(by: ClusterConfig, running: ReadonlyMap<string, ProcessInfo>): Cluster {
  const coordinationOf = vi.fn((_: unknown, settings: ClusterConfig) => settings);
  return {
    config: by,
    coordination: by,
    registry: { findAll: () => Promise.resolve(running) },
    host: { connections: { coordinationOf } },
  } as unknown as Cluster;
}

describe('brokers whose name or path was edited since they were started', () => {
  it.each([
    ['name', renamed],
    ['zookeeper.path', moved],
  ])('are looked for where they are: %s', (key, edited) => {
    const running = started(config);
    const argvs = [...running.values()].map(({ argv }) => argv);
    expect(asMet(edited, argvs)).toMatchObject({
      name: config.name,
      zookeeper: { path: config.zookeeper.path },
    });
    expect(meetingKeysDiffering(edited, 'mq01', argvs[0] ?? [])).toEqual([key]);
    const cluster = asRunning(clusterOf(edited, running), running.values());
    expect(cluster.config.name).toBe(config.name);
    expect(cluster.coordination).toBe(cluster.config);
  });

  it('are looked for below their chroot, and at servers that were added since', async () => {
    const running = started(at('zk1:2181/shop'));
    const argvs = [...running.values()].map(({ argv }) => argv);
    const more = at('zk1:2181,zk2:2181/shop');
    expect(meetingKeysDiffering(more, 'mq01', argvs[0] ?? [])).toEqual([]);
    expect(asMet(more, argvs)).toBe(more);
    const edited = at('zk1:2181,zk2:2181/other');
    expect(meetingKeysDiffering(edited, 'mq01', argvs[0] ?? [])).toEqual(['zookeeper.connect']);
    expect(asMet(edited, argvs).zookeeper.connect).toBe('zk1:2181,zk2:2181/shop');
    expect(asMet(at('zk2:2181'), argvs).zookeeper.connect).toBe('zk2:2181/shop');
    await expect(refuseNameChanged(clusterOf(edited, running))).rejects.toThrow(
      'mq01 runs with zookeeper.connect zk1:2181/shop, and mqha.yaml says zk1:2181,zk2:2181/other',
    );
  });

  it('are looked for where mqha.yaml says when they do not agree, or do not tell', () => {
    const mixed = [...started(config, ['mq01']).values(), ...started(renamed, ['mq02']).values()];
    const ofMixed = mixed.map(({ argv }) => argv);
    expect(asMet(renamed, ofMixed)).toBe(renamed);
    expect(asMet(renamed, [['java'], []])).toBe(renamed);
    const same = clusterOf(config, started(config));
    expect(asRunning(same, started(config).values())).toBe(same);
  });

  it.each([
    ['tls', secured, config, 'tls true', 'false'],
    ['tls', config, secured, 'tls false', 'true'],
    ['zookeeper.tls', clearZooKeeper, secured, 'zookeeper.tls false', 'true'],
  ])('refuse a start that speaks otherwise: %s', async (key, was, edited, has, wanted) => {
    const running = started(was);
    const argvs = [...running.values()].map(({ argv }) => argv);
    expect(meetingKeysDiffering(edited, 'mq01', argvs[0] ?? [])).toContain(key);
    // Who looks at them, or kills, speaks as they were started.
    expect(asMet(edited, argvs).zookeeper.tls).toBe(was.zookeeper.tls);
    const [node] = edited.nodes;
    expect(node && asStarted(node, argvs[0] ?? []).tls).toBe(was.tls !== undefined);
    await expect(refuseNameChanged(clusterOf(edited, running))).rejects.toThrow(
      `mq01 runs with ${has}, and mqha.yaml says ${wanted}`,
    );
  });

  it('are those of an earlier mqha, which spoke in clear', async () => {
    const before = new Map([['mq01', processOf(1, withoutTls(settingMarkers(config, 'mq01')))]]);
    await expect(refuseNameChanged(clusterOf(config, before))).resolves.toBeUndefined();
    await expect(refuseNameChanged(clusterOf(secured, before))).rejects.toThrow(
      'runs with tls false',
    );
  });

  it.each([
    ['in clear', config, secured],
    ['over TLS', secured, config],
  ])('are reached %s, whatever mqha.yaml says', async (_, was, edited) => {
    const running = started(was, ['mq02', 'mq03']);
    const { config: reached } = await asServed(clusterOf(edited, running));
    // Also one that is down: it comes back as the others run.
    expect(reached.nodes.map(({ tls }) => tls)).toEqual(was.nodes.map(({ tls }) => tls));
    expect(failoverUrl(reached)).toBe(failoverUrl(was));
    expect(reached.tls === undefined).toBe(was.tls === undefined);
    expect(reached.zookeeper.tls).toBe(was.zookeeper.tls);
  });

  it('are reached at the ports that they have', async () => {
    const nodes = config.nodes.map((node) => ({ ...node, messagePort: node.messagePort + 100 }));
    const { config: reached } = await asServed(
      clusterOf({ ...config, nodes }, started(config, ['mq01', 'mq02'])),
    );
    expect(reached.nodes.map(({ messagePort }) => messagePort)).toEqual([
      config.nodes[0]?.messagePort,
      config.nodes[1]?.messagePort,
      nodes[2]?.messagePort,
    ]);
  });

  it('refuse a start beside them that would be no member of theirs', async () => {
    await expect(refuseNameChanged(clusterOf(renamed, started(config, ['mq02'])))).rejects.toThrow(
      expect.objectContaining({
        code: 'name-changed',
        message: expect.stringContaining(
          'mq02 runs with name mqStore, and mqha.yaml says other',
        ) as string,
        hint: expect.stringContaining('Set `name` to mqStore again') as string,
      }) as Error,
    );
    await expect(refuseNameChanged(clusterOf(config, started(config)))).resolves.toBeUndefined();
    await expect(refuseNameChanged(clusterOf(renamed, new Map()))).resolves.toBeUndefined();
  });
});
