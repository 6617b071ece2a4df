import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { asStarted, settingMarkers, settingsFor, settingsOf } from '../../src/stores/settings.js';
import { openCluster, thisHost } from '../../src/state/cluster.js';
import { decidingOf, quorumWithout } from '../../src/observe/quorum.js';
import {
  admitToElections,
  inForceOf,
  refuseSizeChange,
  sizesOf,
  writeInForce,
} from '../../src/state/sizes.js';
import { portTable } from '../../src/config/defaults.js';
import type { ClusterConfig } from '../../src/config/schema.js';
import { planScale } from '../../src/operations/scale/dry-run.js';
import type { ScalePlan } from '../../src/operations/scale/proposal.js';
import { finishScale, scaleCluster } from '../../src/operations/scale/scale.js';
import { edit, errorOf, fakeJava, made, mqha } from './rig.js';
import { config, judged, problemOf, running, SERVED, whole, type Scene } from './scenes.js';

const five = await portTable({ nodes: 5 }, () => Promise.resolve(true));
const YES = { timeoutMs: 1000, confirm: () => Promise.resolve(true), remove: [] };

/** The process of a node, started with this number. */
const has = (node: number, replicas: number) => ({
  process: { ...running(node), argv: settingMarkers({ ...five, replicas }, `mq0${node}`) },
});

/** mqha.yaml says five, and the three that run were started with three. */
const mixed = (): Scene => ({
  ...whole(),
  of: five,
  nodes: {
    mq01: has(1, 3),
    mq02: { ...has(2, 3), accepting: true },
    mq03: has(3, 3),
    mq04: has(4, 5),
    mq05: { process: undefined },
  },
});

describe('what a process was started with', () => {
  it('is read from its command, whatever else stands there', () => {
    expect(settingsOf(['-Xmx1g', ...settingMarkers(five, 'mq02'), 'start'])).toEqual({
      replicas: 5,
      sync: 'quorum_mem',
      zkPath: '/activemq/mqstores',
      keys: settingsFor(five, 'mq02'),
    });
    const unknown = { replicas: null, sync: null, zkPath: null, keys: null };
    expect(settingsOf(['-Dmqha.replicas=', '-Dmqha.node=mq01'])).toEqual(unknown);
  });

  it('survives spaces and signs, and has no space and no option of the JVM in it', () => {
    const odd = {
      ...five,
      java: { heapMb: 512, heapDump: false, home: '/a b/&=%', options: ['-Dpass=a b'] },
    };
    const markers = settingMarkers(odd, 'mq01');
    expect(markers.join('')).not.toMatch(/ |pass/);
    expect(settingsOf(markers).keys).toEqual(settingsFor(odd, 'mq01'));
  });

  it('has the addresses that its broker listens on, whatever mqha.yaml says now', () => {
    const [node] = five.nodes;
    if (!node) throw new Error('there is no node');
    const edited = { ...node, messagePort: 7001, webPort: 7002, replicationHost: '127.0.0.9' };
    expect(asStarted(edited, settingMarkers(five, 'mq01'))).toEqual(node);
    expect(asStarted(edited, ['-Dmqha.replicas=5'])).toEqual(edited);
    expect(asStarted(edited, ['-Dmqha.settings=webPort=x'])).toEqual(edited);
  });
});

describe('brokers whose settings were edited', () => {
  const argv = (of: ClusterConfig, name: string) => ({
    process: { ...running(1), argv: settingMarkers(of, name) },
  });
  const edited: ClusterConfig = {
    ...config,
    limits: { ...config.limits, storeMb: 20_480 },
    java: { heapMb: 1024, heapDump: false, options: ['-Dpassword=secret'] },
    store: { acks: 'quorum' },
    nodes: config.nodes.map((node) =>
      node.name === 'mq03' ? { ...node, messagePort: 7003 } : node,
    ),
  };
  const before = (name: string) => argv(config, name);

  it('are told, each with what it has and what mqha.yaml says, until they are restarted', () => {
    const scene: Scene = {
      ...whole(),
      of: edited,
      nodes: {
        mq01: argv(edited, 'mq01'),
        mq02: { ...before('mq02'), accepting: true },
        mq03: before('mq03'),
      },
    };
    const problems = problemOf(scene, 'restart-needed');
    expect(problems.map(({ node, severity }) => [node, severity])).toEqual([
      ['mq02', 'warning'],
      ['mq03', 'warning'],
    ]);
    expect(problems[0]?.message).toBe(
      'mq02 runs with other java.options than mqha.yaml says, with store.acks async, java.heap 512m, limits.store 10gb, and mqha.yaml says store.acks quorum, java.heap 1024m, limits.store 20gb',
    );
    expect(problems[1]?.message).toContain('messagePort 60003');
    expect(JSON.stringify(problems)).not.toContain('secret');
    expect(problems[0]?.hint).toContain('mqha restart mq02');
  });

  it('are not restarted into another cluster: who finds the others by that is told of down and up', () => {
    const of = { ...config, name: 'other' };
    const scene: Scene = { ...whole(), of, nodes: { mq01: before('mq01') } };
    const [problem] = problemOf(scene, 'restart-needed');
    expect(problem?.hint).toContain('`mqha down` and then `mqha up`');
    expect(problem?.hint).not.toContain('mqha restart');
  });

  it('are told by one sentence where one key differs', () => {
    const of = { ...config, sync: 'quorum_disk' as const };
    const scene: Scene = { ...whole(), of, nodes: { mq01: before('mq01') } };
    expect(problemOf(scene, 'restart-needed').map(({ message }) => message)).toEqual([
      'mq01 runs with sync quorum_mem, and mqha.yaml says quorum_disk',
    ]);
  });

  it('are not trusted where an earlier mqha has started them', () => {
    const earlier = { process: { ...running(1), argv: ['-Dmqha.node=mq01'] } };
    const scene: Scene = { ...whole(), nodes: { mq01: earlier, mq02: { accepting: true } } };
    const [problem] = problemOf(scene, 'restart-needed');
    expect(problem).toMatchObject({ node: 'mq01', severity: 'warning' });
    expect(problem?.message).toContain('an earlier mqha');
    // What it was rendered with counts then, not what mqha.yaml says now.
    const processes = new Map([['mq01', earlier.process]]);
    expect(decidingOf(five, undefined, processes, { mq01: 3 })).toEqual({
      serving: 3,
      electing: 3,
    });
  });
});

describe('a cluster whose brokers have other sizes than mqha.yaml', () => {
  it('is judged by what its master has', () => {
    const status = judged(mixed());
    expect([status.replicas, status.quorum]).toEqual([5, 2]);
    expect(status.nodes.map(({ replicas }) => replicas)).toEqual([3, 3, 3, 5, null]);
  });

  it('says so of each, and what to do', () => {
    const problems = problemOf(mixed(), 'restart-needed');
    expect(problems.map(({ node }) => node)).toEqual(['mq01', 'mq02', 'mq03']);
    expect(problems[0]).toMatchObject({
      severity: 'error',
      message: 'mq01 runs with replicas 3, and mqha.yaml says 5',
    });
  });

  it('asks for what those that stay were started with', () => {
    const status = judged({ ...mixed(), nodes: { ...mixed().nodes, mq05: has(5, 5) } });
    expect(quorumWithout(status, ['mq04', 'mq05'])).toBe(2);
    expect(quorumWithout(status, ['mq01', 'mq02'])).toBe(3);
  });

  it('has no quorum where its elector, which elects, sees too few', () => {
    const of = (replicas: number) =>
      judged({
        of: five,
        znodes: SERVED.slice(0, 2).map((znode) => ({
          ...znode,
          data: znode.data.replace('"0000000002"', 'null'),
        })),
        nodes: { mq01: has(1, replicas), mq02: has(2, replicas) },
      });
    expect(of(3).state).not.toBe('no-quorum');
    expect(of(5)).toMatchObject({ state: 'no-quorum', quorum: 3 });
    expect(decidingOf(five, undefined, new Map())).toEqual({ serving: 5, electing: 5 });
  });
});

describe('which nodes are in force', () => {
  const open = async (directory: string) => openCluster(directory, thisHost({}));
  const store = (directory: string, name: string) => {
    mkdirSync(join(directory, 'nodes', name, 'data', 'storedb'), { recursive: true });
  };
  const addFourth = (directory: string) => {
    edit(directory, 'replicas: 3', 'replicas: 4');
    edit(
      directory,
      /( {2}- \{ name: mq03, host: 127.0.0.1, webPort: )(\d+)(, messagePort: )(\d+)(.*?)127.0.0.3(.*\n)/,
      '$1$2$3$4$5127.0.0.3$6  - { name: mq04, host: 127.0.0.1, webPort: 7164, messagePort: 7165, replicationHost: 127.0.0.4, replicationPort: 7166 }\n',
    );
  };

  it('is what mqha.yaml says, while there is no store', async () => {
    const directory = await made();
    const cluster = await open(directory);
    await writeInForce(cluster.layout, { sizes: { old: 9 } });
    expect(await inForceOf(cluster)).toEqual({ sizes: sizesOf(cluster.config) });
    await refuseSizeChange(cluster);
  });

  it('is noted at the first start, and stays as it is when mqha.yaml is edited', async () => {
    const directory = await made();
    store(directory, 'mq01');
    await admitToElections(await open(directory), ['mq01']);
    addFourth(directory);
    const cluster = await open(directory);
    expect(Object.keys((await inForceOf(cluster)).sizes)).toEqual(['mq01', 'mq02', 'mq03']);
    await expect(refuseSizeChange(cluster)).rejects.toMatchObject({ code: 'size-changed' });
    await expect(admitToElections(cluster, ['mq04'])).rejects.toMatchObject({
      code: 'size-changed',
    });
    // What is in force may be started again as it was.
    expect(await admitToElections(cluster, ['mq02'])).toEqual({ mq01: 3, mq02: 3, mq03: 3 });
    // It may connect to the new one as a slave, and nothing else of it follows.
    const { stdout } = await mqha(['-C', directory, 'render', '--check']);
    const ofFirst = stdout.split('\n').filter((line) => line.startsWith('Index: nodes/mq01/'));
    expect(ofFirst).toEqual(['Index: nodes/mq01/conf/replication-peers']);
  });

  it('is what was rendered, where an earlier mqha has noted nothing', async () => {
    const directory = await made();
    store(directory, 'mq02');
    addFourth(directory);
    expect((await inForceOf(await open(directory))).sizes).toEqual({ mq01: 3, mq02: 3, mq03: 3 });
  });

  it('is not guessed from a damaged file', async () => {
    const directory = await made();
    writeFileSync(join(directory, '.mqha', 'size.json'), '{');
    const run = await mqha(['-C', directory, 'scale', '5', '--json']);
    expect(errorOf(run).code).toBe('state-damaged');
  });
});

describe('mqha scale', () => {
  it.each([
    [['0'], 'usage'],
    [['10'], 'usage'],
    [['2', '--remove', 'nobody'], 'unknown-node'],
    [['3', '--remove', 'mq01'], 'usage'],
    [['2', '--remove', 'mq01', 'mq02'], 'usage'],
  ])('refuses %j', async (args, code) => {
    const run = await mqha(['-C', await made(), 'scale', ...args, '--json']);
    expect([run.status, errorOf(run).code]).toEqual([2, code]);
  });

  it('has nothing to do for the number that there is', async () => {
    const run = await mqha(['-C', await made(), 'scale', '3', '--json']);
    expect(run.status).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({
      from: 3,
      to: 3,
      added: [],
      removed: [],
      done: true,
    });
  });

  it('refuses nodes on other hosts, and prints what a person does there', async () => {
    const directory = await made();
    edit(directory, 'store:', 'insecureNetwork: true\nstore:');
    for (const [name, host] of [
      ['mq02', '198.51.100.1'],
      ['mq03', '198.51.100.2'],
    ]) {
      edit(
        directory,
        `name: ${name ?? ''}, host: 127.0.0.1`,
        `name: ${name ?? ''}, host: ${host ?? ''}`,
      );
    }
    const run = await mqha(['-C', directory, 'scale', '5', '--json']);
    expect([run.status, errorOf(run).code]).toEqual([2, 'node-elsewhere']);
    expect(errorOf(run).message).toContain('mq02 is on 198.51.100.1, mq03 is on 198.51.100.2');
    expect(errorOf(run).hint).toContain('mqha scale 5 --dry-run');
    const env = { JAVA_HOME: fakeJava('17.0.1') };
    const dry = await mqha(['-C', directory, 'scale', '5', '--dry-run'], { env });
    expect(dry).toMatchObject({ status: 0 });
    expect(dry.stdout).toContain('by hand');
    expect(dry.stdout).toContain('run it again while the cluster serves');
    expect(dry.stdout).toMatch(/restarting .*mq02 \(on 198\.51\.100\.1\).* with replicas 5/);
    expect(dry.stdout).toMatch(/mq01 \(on this machine\)/);
    expect(dry.stdout).toMatch(/starting .*mq05 \(on 198\.51\.100\.2\), empty/);
    const document = await mqha(['-C', directory, 'scale', '5', '--dry-run', '--json'], { env });
    expect((JSON.parse(document.stdout) as ScalePlan).elsewhere).toEqual([
      { name: 'mq02', host: '198.51.100.1' },
      ...['mq03', 'mq04', 'mq05'].map((name) => ({ name, host: '198.51.100.2' })),
    ]);
  });

  it('goes on only to where a change was begun for', async () => {
    const cluster = await openCluster(await made(), thisHost({}));
    const change = { from: 3, to: 5, began: 'then', leaving: [], consented: false };
    await writeInForce(cluster.layout, { sizes: sizesOf(cluster.config), change });
    const other = { code: 'scale-unfinished' };
    await expect(scaleCluster(cluster, 4, YES)).rejects.toMatchObject(other);
    await expect(planScale(cluster, 4, YES)).rejects.toMatchObject(other);
  });

  it('is not finished where nothing was begun', async () => {
    const cluster = await openCluster(await made(), thisHost({}));
    expect(await finishScale(cluster, { timeoutMs: 1000 })).toBe(false);
  });
});
