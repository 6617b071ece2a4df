import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { certificatePaths, rendered } from '../../src/certificates/files.js';
import { systemProcesses } from '../../src/agents/local/table.js';
import type { ClusterStatus } from '../../src/observe/status.js';
import { bringUp, dryRun } from '../../src/operations/up.js';
import { putRight } from '../../src/operations/put-right.js';
import { stopEverything, stopNodes } from '../../src/operations/stop.js';
import { resumeLeftOver } from '../../src/operations/undo-drill.js';
import { openCluster, thisHost, type Cluster } from '../../src/state/cluster.js';
import { want, wantSupervisor } from '../../src/state/desired-state.js';
import { asideOf, DrillRecord } from '../../src/state/drill-record.js';
import { lockOperation } from '../../src/state/operations-log.js';
import { beginRenewal } from '../../src/state/renewal-record.js';
import { beginRestart } from '../../src/state/restart-record.js';
import { writeInForce } from '../../src/state/sizes.js';
import { forgetRenewalDone } from '../../src/state/unfinished-renewal.js';
import { unfinishedOperations } from '../../src/state/unfinished.js';
import { broker } from './children.js';
import { errorOf, fakeJava, made, mqha } from './rig.js';

const AT = '2026-11-29T08:00:00.000Z';

/** A cluster whose clock stands still, opened by `mqha drill`; what it tells is kept. */
async function setUp() {
  const told: string[] = [];
  const emit: Cluster['host']['emit'] = (event) => {
    if (event.type === 'warning') told.push(event.message);
  };
  const host = { ...thisHost({ command: 'mqha drill', emit }), now: () => new Date(AT) };
  const cluster = await openCluster(await made(), host);
  return { cluster, told, file: (name: string) => join(cluster.layout.state, name) };
}

const table = systemProcesses();

/** A process of the cluster that a drill has suspended, as its record names it. */
async function suspended({ id }: Cluster, name: string) {
  const { pid } = await broker(id, name);
  process.kill(pid, 'SIGSTOP');
  await vi.waitFor(async () => {
    expect((await table.get(pid))?.suspended).toBe(true);
  });
  return { name, pid, startTime: (await table.get(pid))?.startTime ?? '' };
}

const isSuspended = async ({ pid }: { readonly pid: number }) => (await table.get(pid))?.suspended;

describe('what is begun, and neither finished nor undone', () => {
  it('is nothing of a cluster that nobody works on', async () => {
    const { cluster } = await setUp();
    expect(await unfinishedOperations(cluster)).toEqual([]);
    const { stdout } = await mqha(['-C', cluster.layout.directory, 'status', '--json']);
    expect((JSON.parse(stdout) as ClusterStatus).operations).toEqual([]);
  });

  it('is a drill, with who began it, what is still as it left it, and who is at work', async () => {
    const { cluster, file } = await setUp();
    const one = await suspended(cluster, 'mq01');
    const record = await DrillRecord.open(cluster.layout, cluster.host);
    await record.add({ suspended: [one, { ...one, name: 'mq02', startTime: '1' }] });
    await record.add({ killed: ['mq01', 'mq03'], aside: ['mq03'], supervisor: true });
    expect(JSON.parse(readFileSync(file('drill.json'), 'utf8'))).toMatchObject({
      began: AT,
      command: 'mqha drill',
      killed: ['mq01', 'mq03'],
    });
    const left = {
      kind: 'drill',
      began: AT,
      command: 'mqha drill',
      pid: null,
      steps: [
        `mq01 (pid ${one.pid}) was suspended`,
        'mq03 was killed',
        'the data of mq03 was put aside',
        'the supervisor was ended',
      ].map((text) => ({ text, done: true })),
      next: '`mqha up` undoes it',
    };
    expect(await unfinishedOperations(cluster)).toEqual([left]);
    const lock = await lockOperation(cluster, 'drill');
    const atWork = { ...left, pid: process.pid, next: null };
    expect(await unfinishedOperations(cluster)).toEqual([atWork]);
    const json = await mqha(['-C', cluster.layout.directory, 'status', '--json']);
    expect((JSON.parse(json.stdout) as ClusterStatus).operations).toEqual([atWork]);
    await lock.release();
    const { stdout } = await mqha(['-C', cluster.layout.directory, 'status']);
    expect(stdout).toContain(
      `\nunfinished drill, begun ${AT} by \`mqha drill\`: mq01 (pid ${one.pid}) was suspended, mq03 was killed, the data of mq03 was put aside, the supervisor was ended; \`mqha up\` undoes it\n`,
    );
    process.kill(one.pid, 'SIGCONT');
    await vi.waitFor(async () => {
      const [operation] = await unfinishedOperations(cluster);
      expect(operation?.steps[0]?.text).toBe('mq03 was killed');
    });
  });

  it('is a drill of an earlier mqha, which did not note when it began', async () => {
    const { cluster, file } = await setUp();
    const text = '{"suspended":[],"killed":["mq02"],"aside":[],"supervisor":false}';
    writeFileSync(file('drill.json'), text);
    expect(await unfinishedOperations(cluster)).toMatchObject([
      { kind: 'drill', began: null, command: null, steps: [{ text: 'mq02 was killed' }] },
    ]);
  });

  it('is a restart, with who had its turn', async () => {
    const { cluster } = await setUp();
    await beginRestart(cluster, cluster.config.nodes);
    const { pid } = await broker(cluster.id, 'mq02');
    await cluster.registry.remember('mq02', pid);
    const [operation] = await unfinishedOperations(cluster);
    expect(operation).toMatchObject({
      kind: 'restart',
      began: AT,
      command: 'mqha drill',
      pid: null,
      next: '`mqha restart` resumes it',
    });
    expect(operation?.steps).toEqual([
      { text: 'restart mq01', done: false },
      { text: 'restart mq02', done: true },
      { text: 'restart mq03', done: false },
    ]);
    const lock = await lockOperation(cluster, 'restart');
    const [atWork] = await unfinishedOperations(cluster);
    expect(atWork).toMatchObject({ pid: process.pid, next: null });
    await lock.release();
  });

  it('is a renewal of certificates, with what was made and who runs with it', async () => {
    const cluster = await openCluster(await made({ tls: true }), thisHost({ command: 'mqha up' }));
    const { layout } = cluster;
    await beginRenewal(layout, { now: () => new Date(AT), command: 'mqha certs renew' });
    const all = ['mqha', 'zookeeper', 'mq01', 'mq02', 'mq03'];
    const { certificate } = certificatePaths(layout).node('mq02');
    const before = new Date(Date.parse(AT) - 1000);
    utimesSync(certificate, before, before);
    utimesSync(rendered(layout.node('mq02')), before, before);
    const { pid } = await broker(cluster.id, 'mq03');
    await cluster.registry.remember('mq03', pid);
    const later = new Date(Date.now() + 60_000);
    utimesSync(rendered(layout.node('mq03')), later, later);
    const [operation, ...others] = await unfinishedOperations(cluster);
    expect(others).toEqual([]);
    expect(operation).toEqual({
      kind: 'renewal',
      began: AT,
      command: 'mqha certs renew',
      pid: null,
      steps: [
        ...all.map((who) => ({ text: `a new certificate of ${who}`, done: who !== 'mq02' })),
        { text: 'restart mq01 with its certificate', done: true },
        { text: 'restart mq02 with its certificate', done: false },
        { text: 'restart mq03 with its certificate', done: false },
      ],
      next: '`mqha certs renew` resumes it',
    });
    const lock = await lockOperation(cluster, 'renewal');
    expect(await unfinishedOperations(cluster)).toMatchObject([{ pid: process.pid, next: null }]);
    await lock.release();
    const { stdout } = await mqha(['-C', layout.directory, 'status']);
    expect(stdout).toContain(`unfinished renewal, begun ${AT} by \`mqha certs renew\``);
  });

  it('is no renewal any more once a start has done what was left of it', async () => {
    const cluster = await openCluster(await made({ tls: true }), thisHost({}));
    const { layout } = cluster;
    await beginRenewal(layout, { now: () => new Date(AT), command: 'mqha certs renew' });
    const { certificate } = certificatePaths(layout).node('mq02');
    const before = new Date(Date.parse(AT) - 1000);
    utimesSync(certificate, before, before);
    await forgetRenewalDone(cluster);
    expect(await unfinishedOperations(cluster)).toMatchObject([{ kind: 'renewal' }]);
    utimesSync(certificate, new Date(), new Date());
    const lock = await lockOperation(cluster, 'renewal');
    await forgetRenewalDone(cluster);
    expect(await unfinishedOperations(cluster)).toHaveLength(1);
    const second = await mqha(['-C', layout.directory, 'certs', 'renew', '--json']);
    expect(errorOf(second).code).toBe('locked');
    await lock.release();
    await forgetRenewalDone(cluster);
    expect(await unfinishedOperations(cluster)).toEqual([]);
  });

  it('is a change of the number of nodes, from what is in force', async () => {
    const { cluster, file } = await setUp();
    const change = { from: 3, to: 1, began: AT, leaving: ['mq02', 'mq03'], consented: true };
    await writeInForce(cluster.layout, { sizes: { mq01: 3, mq02: 3 }, change });
    expect(await unfinishedOperations(cluster)).toEqual([
      {
        kind: 'scale',
        began: AT,
        command: null,
        pid: null,
        steps: [
          { text: 'mq01 with replicas 1', done: false },
          { text: 'mq02 leaves', done: false },
          { text: 'mq03 leaves', done: true },
        ],
        next: '`mqha scale 1`, or `mqha up`, resumes it',
      },
    ]);
    writeFileSync(file('size.json'), '{');
    expect(await unfinishedOperations(cluster)).toEqual([]);
  });
});

describe('what a killed drill has left suspended', () => {
  it('is resumed by whoever starts brokers, and told', async () => {
    const { cluster, told, file } = await setUp();
    const one = await suspended(cluster, 'mq01');
    await (await DrillRecord.open(cluster.layout)).add({ suspended: [one] });
    await resumeLeftOver(cluster);
    await vi.waitFor(async () => {
      expect(await isSuspended(one)).toBe(false);
    });
    expect(told).toEqual(['a drill that was killed had suspended mq01; resumed']);
    expect(existsSync(file('drill.json'))).toBe(false);
  });

  it('is left alone while a drill is at work', async () => {
    const { cluster, told } = await setUp();
    const one = await suspended(cluster, 'mq01');
    await (await DrillRecord.open(cluster.layout)).add({ suspended: [one] });
    const lock = await lockOperation(cluster, 'drill');
    const began = performance.now();
    await resumeLeftOver(cluster);
    expect(performance.now() - began).toBeLessThan(4000);
    await lock.release();
    expect([await isSuspended(one), told]).toEqual([true, []]);
    expect((await DrillRecord.open(cluster.layout)).undone.suspended).toHaveLength(1);
  });

  it('is forgotten once it was stopped, and the rest once everything was', async () => {
    const { cluster } = await setUp();
    const [one, other] = [await suspended(cluster, 'mq01'), await suspended(cluster, 'mq02')];
    const record = await DrillRecord.open(cluster.layout);
    await record.add({ suspended: [one, other], killed: ['mq01', 'mq03'], supervisor: true });
    const nodes = cluster.config.nodes.filter(({ name }) => name === 'mq01');
    await stopNodes(cluster, nodes, { timeoutMs: 5000, confirm: () => Promise.resolve(true) });
    expect((await DrillRecord.open(cluster.layout)).undone).toEqual({
      suspended: [other],
      killed: ['mq03'],
      aside: [],
      supervisor: true,
    });
    await stopEverything(cluster, 5000);
    expect((await DrillRecord.open(cluster.layout)).isEmpty).toBe(true);
    expect(await table.get(other.pid)).toBeUndefined();
  });
});

describe('what a killed drill has left', () => {
  it('is undone as far as it can be, and what cannot is told and kept', async () => {
    const { cluster, told } = await setUp();
    await want(cluster, ['mq03'], 'up');
    await want(cluster, ['mq02'], 'down');
    const one = await suspended(cluster, 'mq01');
    mkdirSync(asideOf(cluster, 'mq03'), { recursive: true });
    const record = await DrillRecord.open(cluster.layout);
    await record.add({ suspended: [one], killed: ['mq02', 'mq03'], aside: ['mq03'] });
    // No Java, so nothing can be started; mq02, which a person has stopped since, is not even tried.
    const host = { ...cluster.host, env: { PATH: '/nowhere' } };
    expect(await putRight({ ...cluster, host }, 2000)).toBe(true);
    expect(told).toEqual([
      'a drill that was killed had suspended mq01; resumed',
      expect.stringMatching(/^what a killed drill has left could not all be undone: .*[Jj]ava/),
    ]);
    expect((await DrillRecord.open(cluster.layout)).undone).toMatchObject({
      suspended: [],
      killed: ['mq02', 'mq03'],
      aside: ['mq03'],
    });
    expect(existsSync(asideOf(cluster, 'mq03'))).toBe(true);
  });

  it('is waited for by nobody where nothing is to be settled with it', async () => {
    const { cluster } = await setUp();
    // No supervisor is wanted since, so none is brought back.
    await want(cluster, ['mq01'], 'down');
    await wantSupervisor(cluster.layout, false);
    await (await DrillRecord.open(cluster.layout)).add({ supervisor: true });
    const began = performance.now();
    expect(await putRight(cluster, 20_000)).toBe(true);
    expect(performance.now() - began).toBeLessThan(5000);
    expect((await DrillRecord.open(cluster.layout)).isEmpty).toBe(true);
  });

  it('is nothing where nothing was left', async () => {
    const { cluster, told } = await setUp();
    expect([await putRight(cluster, 2000), told]).toEqual([false, []]);
  });

  it('is resumed by `up` also where it then cannot start', async () => {
    const { cluster, told } = await setUp();
    const one = await suspended(cluster, 'mq01');
    await (await DrillRecord.open(cluster.layout)).add({ suspended: [one] });
    const host = { ...cluster.host, env: { PATH: '/nowhere' } };
    const options = { timeoutMs: 2000, supervisor: 'end' } as const;
    await expect(bringUp({ ...cluster, host }, options)).rejects.toMatchObject({
      code: 'java-missing',
    });
    expect(told).toEqual(['a drill that was killed had suspended mq01; resumed']);
  });
});

describe('mqha up --dry-run', () => {
  it('prints every step in the order in which up executes it', async () => {
    const { cluster } = await setUp();
    const { layout } = cluster;
    await (await DrillRecord.open(layout)).add({ killed: ['mq03'] });
    const env = { PATH: '', MQHA_CACHE: '/nowhere', JAVA_HOME: fakeJava('17.0.1') };
    const host = { ...cluster.host, env };
    const { steps, start } = await dryRun({ ...cluster, host }, { supervisor: 'end' });
    expect(steps.map(({ kind, text }) => `${kind}: ${text}`)).toEqual([
      'undo: undo what a killed drill has left:',
      'install: install ActiveMQ and ZooKeeper into the cache',
      'stores: put the stores of mq01, mq02, mq03 in order',
      ...['zookeeper', 'mq01', 'mq02', 'mq03'].map((name) => {
        const { base } = name === 'zookeeper' ? layout.zookeeper : layout.node(name);
        return `${name === 'zookeeper' ? name : 'brokers'}: start ${name} in ${base}`;
      }),
      'wait: wait until a client can send and every slave is attached',
      'supervisor: do without a supervisor',
    ]);
    expect(steps[0]?.details).toEqual(['mq03 was killed']);
    const [zookeeper] = start;
    expect(steps.find(({ kind }) => kind === 'zookeeper')?.details[0]).toBe(
      [zookeeper?.command, ...(zookeeper?.argv ?? [])].join(' '),
    );
  });
});
