import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCluster, thisHost, withLock, type Cluster } from '../../src/state/cluster.js';
import { haltChange, refuseHalted, resumeChange } from '../../src/state/halt.js';
import { readInForce, sizesOf, writeInForce, type SizeChange } from '../../src/state/sizes.js';
import { COMES_BACK, stopNodes } from '../../src/operations/stop.js';
import type { DryRun } from '../../src/operations/scale/dry-run.js';
import {
  refuseByHand,
  refuseCount,
  refuseEdited,
  refuseOther,
} from '../../src/operations/scale/guards.js';
import { unlessHalted } from '../../src/operations/scale/halted.js';
import { aloneAtScale } from '../../src/operations/scale/lock.js';
import { Deadline, sleep } from '../../src/lib/time.js';
import { broker, soon } from './children.js';
import { edit, errorOf, fakeJava, made, mqha } from './rig.js';
import { clusterOf, config } from './scenes.js';

const CHANGE: SizeChange = { from: 3, to: 5, began: 'then', leaving: [], consented: false };
const YES = { timeoutMs: 5000, confirm: () => Promise.resolve(true) };

/** A cluster whose change from three to five has not ended, opened as by this command. */
async function changing(command = 'mqha scale 5'): Promise<Cluster> {
  const cluster = await openCluster(await made(), thisHost({ command }));
  await writeInForce(cluster.layout, { sizes: sizesOf(cluster.config), change: CHANGE });
  return cluster;
}

const locked = (cluster: Cluster, work: (of: Cluster) => Promise<void>) =>
  withLock(cluster.layout, cluster.host, Deadline.in(5000), () => work(cluster));

const codeOf = (work: () => void) => {
  try {
    work();
  } catch (error) {
    return (error as { code?: string }).code;
  }
  return undefined;
};

describe('a change of the number of nodes', () => {
  it('is carried out by one process at a time, which is named', async () => {
    const cluster = await changing('mqha scale 5');
    let done: (() => void) | undefined;
    const first = aloneAtScale(cluster, () => new Promise<void>((resolve) => (done = resolve)));
    await expect.poll(() => done).toBeDefined();
    await expect(aloneAtScale(cluster, () => Promise.resolve())).rejects.toMatchObject({
      code: 'locked',
      message: expect.stringContaining('`mqha scale 5`') as string,
    });
    done?.();
    await soon(first);
    await expect(aloneAtScale(cluster, () => Promise.reject(new Error('x')))).rejects.toThrow('x');
    expect(await aloneAtScale(cluster, () => Promise.resolve(1))).toBe(1);
  });

  it.each([
    [0, 'usage'],
    [10, 'usage'],
    [1.5, 'usage'],
    [9, undefined],
  ])('to %d nodes: %s', (to, code) => {
    expect(
      codeOf(() => {
        refuseCount(to);
      }),
    ).toBe(code);
  });

  it('is no other one than that which has not ended', () => {
    const leaving: SizeChange = { ...CHANGE, from: 5, to: 3, leaving: ['mq04', 'mq05'] };
    const code = (to: number, ...names: string[]) =>
      codeOf(() => {
        refuseOther(
          leaving,
          to,
          names.map((name) => ({ name })),
        );
      });
    for (const names of [[], ['mq05'], ['mq04', 'mq05']]) expect(code(3, ...names)).toBe(undefined);
    expect(code(4)).toBe('scale-unfinished');
    expect(code(4, 'mq04')).toBe('scale-unfinished');
    expect(code(3, 'mq01')).toBe('scale-unfinished');
  });

  it('does not go on where nodes were edited meanwhile', () => {
    const sizes = { mq01: 3, mq02: 3, mq03: 3 };
    const code = (change: SizeChange, names: readonly string[]) =>
      codeOf(() => {
        const nodes = names.map((name) => ({ ...config.nodes[0], name }) as never);
        refuseEdited({ config: { ...config, nodes } }, { sizes, change }, change);
      });
    const two: SizeChange = { ...CHANGE, to: 2, leaving: ['mq03'] };
    expect(code(CHANGE, ['mq01', 'mq02', 'mq03', 'mq04', 'mq05'])).toBeUndefined();
    expect(code(two, ['mq01', 'mq02', 'mq03'])).toBeUndefined();
    expect(code(CHANGE, ['mq01', 'mq02', 'mq03', 'mq04'])).toBe('size-changed');
    expect(code(CHANGE, ['mq01', 'mq02', 'x', 'mq04', 'mq05'])).toBe('size-changed');
    expect(code(two, ['mq01', 'mq02'])).toBe('size-changed');
  });

  it('is for a person where nodes are elsewhere', () => {
    const nodes = config.nodes.map((node, index) =>
      index === 0 ? node : { ...node, host: `198.51.100.${index}` },
    );
    expect(() => {
      refuseByHand(clusterOf({ ...config, nodes }), 5);
    }).toThrow('mq02 is on 198.51.100.1, mq03 is on 198.51.100.2');
    refuseByHand(clusterOf(config), 5);
  });
});

describe('a change that a person halts', () => {
  it('ends with its next wait, and says by what and what goes on', async () => {
    const cluster = await changing();
    const work = unlessHalted(cluster, async ({ host }) => {
      await sleep(60_000, host.signal);
      throw new Error('a broker has died');
    });
    await locked({ ...cluster, host: { ...cluster.host, command: 'mqha down' } }, haltChange);
    await expect(soon(work)).rejects.toMatchObject({
      code: 'scale-unfinished',
      message: expect.stringContaining('`mqha down`') as string,
      hint: expect.stringContaining('`mqha scale 5`, or `mqha up`') as string,
    });
    await expect(refuseHalted(cluster)).rejects.toMatchObject({ code: 'scale-unfinished' });
    await locked(cluster, resumeChange);
    await refuseHalted(cluster);
    expect((await readInForce(cluster.layout))?.change).toEqual(CHANGE);
  });

  it('is nothing to others: what work returns or throws is as it is', async () => {
    const cluster = await changing();
    expect(await unlessHalted(cluster, () => Promise.resolve('done'))).toBe('done');
    await expect(unlessHalted(cluster, () => Promise.reject(new Error('x')))).rejects.toThrow('x');
  });

  it.each([
    ['down', []],
    ['stop', ['mq01', '--yes']],
    ['kill', ['mq01', '--yes', '--timeout', '1s']],
  ])('is halted by mqha %s, which says so and does its work', async (command, args) => {
    const cluster = await changing();
    const process = await broker(cluster.id);
    const run = await mqha(['-C', cluster.layout.directory, command, ...args]);
    expect(run.stderr).toContain(
      'the change from 3 to 5 nodes has not ended and is halted; `mqha scale 5`, or `mqha up`, resumes it',
    );
    await expect.poll(() => process.runs()).toBe(false);
    const change = (await readInForce(cluster.layout))?.change;
    expect(change?.halted?.command).toContain(`mqha -C ${cluster.layout.directory} ${command}`);
    const status = await mqha(['-C', cluster.layout.directory, 'status']);
    expect(status.stdout).toContain('has halted it');
  });

  it('is not halted by who starts a node again, nor is a node stopped after it', async () => {
    const cluster = await changing();
    const [node] = cluster.config.nodes;
    if (!node) throw new Error('there is no node');
    await stopNodes(cluster, [node], { ...YES, before: COMES_BACK });
    await refuseHalted(cluster);
    await locked(cluster, haltChange);
    const process = await broker(cluster.id);
    await expect(
      stopNodes(cluster, [node], { ...YES, before: refuseHalted }),
    ).rejects.toMatchObject({ code: 'scale-unfinished' });
    expect(process.runs()).toBe(true);
  });
});

describe('mqha up --dry-run', () => {
  const javaHome = () => ({ JAVA_HOME: fakeJava('17.0.1') });

  async function stopped() {
    const directory = await made();
    const cluster = await openCluster(directory, thisHost({}));
    for (const { name } of cluster.config.nodes) {
      mkdirSync(join(cluster.layout.node(name).data, 'storedb'), { recursive: true });
    }
    await writeInForce(cluster.layout, { sizes: sizesOf(cluster.config) });
    return { directory, cluster };
  }

  const dry = (directory: string) =>
    mqha(['-C', directory, 'up', '--dry-run', '--json'], { env: javaHome() });

  const sizesIn = ({ start }: DryRun) =>
    start.flatMap(({ name, argv }) => {
      const found = argv.find((word) => word.startsWith('-Dmqha.replicas='));
      return found === undefined ? [] : [`${name} ${found.split('=')[1] ?? ''}`];
    });

  it('plans what up does on a stopped cluster that was edited to more nodes', async () => {
    const { directory } = await stopped();
    edit(directory, 'replicas: 3', 'replicas: 4');
    edit(
      directory,
      /( {2}- \{ name: mq03.*\n)/,
      '$1  - { name: mq04, host: 127.0.0.1, webPort: 7164, messagePort: 7165, replicationHost: 127.0.0.4, replicationPort: 7166 }\n',
    );
    const run = await dry(directory);
    expect(run).toMatchObject({ status: 0 });
    const plan = JSON.parse(run.stdout) as DryRun;
    expect(sizesIn(plan)).toEqual(['mq01 4', 'mq02 4', 'mq03 4']);
    expect(plan.scale).toMatchObject({ from: 3, to: 4, steps: [{ start: ['mq04'] }] });
    const { stdout } = await mqha(['-C', directory, 'up', '--dry-run'], { env: javaHome() });
    expect(stdout).toContain(
      'then go on with the change from 3 to 4 nodes:\n  starting mq04, empty\n',
    );
  });

  it('plans the rest of a change that has not ended', async () => {
    const { directory, cluster } = await stopped();
    await writeInForce(cluster.layout, {
      sizes: { mq01: 5, mq02: 3, mq03: 3 },
      change: { ...CHANGE, halted: { at: 'now', command: 'mqha down' } },
    });
    const plan = JSON.parse((await dry(directory)).stdout) as DryRun;
    expect(sizesIn(plan)).toEqual(['mq01 5', 'mq02 3', 'mq03 3']);
    expect(plan.scale?.steps.flatMap(({ start }) => start)).toEqual(['mq04', 'mq05']);
  });

  it('refuses what up refuses', async () => {
    const { directory } = await stopped();
    edit(directory, 'replicas: 3', 'replicas: 2');
    edit(directory, / {2}- \{ name: mq03.*\n/, '');
    const run = await dry(directory);
    expect([run.status, errorOf(run).code]).toEqual([1, 'size-changed']);
  });
});
