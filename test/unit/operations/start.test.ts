import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MqhaError } from '../../../src/lib/errors.js';
import { startNodes } from '../../../src/operations/start/start.js';
import { DrillRecord } from '../../../src/state/drill-record.js';
import { edit } from '../rig.js';
import { Model } from './model.js';

const BROKERS = ['mq01', 'mq02', 'mq03'];
const ALL = ['zookeeper', ...BROKERS];
const codeOf = (code: string) => expect.objectContaining({ code }) as Error;
const wantedUp = async (model: Model) =>
  Object.entries((await model.wanted()) ?? {}).flatMap(([name, state]) =>
    state === 'up' ? [name] : [],
  );
const copiesOf = ({ cluster }: Model) =>
  JSON.parse(readFileSync(join(cluster.layout.state, 'copies.json'), 'utf8')) as unknown;

describe('a start of a cluster', () => {
  it('starts ZooKeeper, closes it to strangers, then the brokers, and ends when all are in', async () => {
    const model = await Model.of();
    const { started, alreadyRunning, readyMs, status } = await model.start();
    expect(model.done).toEqual([
      'launch zookeeper',
      'close znodes',
      'launch mq01',
      'launch mq02',
      'launch mq03',
      'close znodes',
      // Nothing is recorded yet of the classes that these load.
      'launch the archiver',
    ]);
    expect({ started, alreadyRunning }).toEqual({ started: ALL, alreadyRunning: [] });
    expect(readyMs).toBeGreaterThan(0);
    expect(status).toMatchObject({ state: 'serving', master: 'mq01' });
    expect(await model.wanted()).toMatchObject({
      zookeeper: 'up',
      mq01: 'up',
      mq02: 'up',
      mq03: 'up',
    });
    expect(copiesOf(model)).toEqual({ nodes: ['mq01', 'mq02', 'mq03'] });
    const [ready] = model.eventsOf('zookeeper-ready');
    expect(ready?.connect).toBe(model.cluster.config.zookeeper.connect);
    expect(ready?.ms).toBeGreaterThan(0);
    expect(ready?.ms).toBeLessThan(readyMs + 1);
    const told = model.eventsOf('process-started').map(({ name, pid }) => [name, pid]);
    told.sort(([a], [b]) => ALL.indexOf(String(a)) - ALL.indexOf(String(b)));
    expect(told).toEqual(ALL.map((name) => [name, model.of(name).pid]));
  });

  it('leaves alone what runs, and has nothing to wait for', async () => {
    const model = await Model.serving();
    const { started, alreadyRunning, readyMs } = await model.start();
    expect({ started, readyMs }).toEqual({ started: [], readyMs: 0 });
    expect(alreadyRunning).toEqual(ALL);
    expect(model.launches).toEqual([]);
    expect(model.eventsOf('already-running').map(({ name }) => name)).toEqual(ALL);
    expect(model.eventsOf('zookeeper-ready')).toEqual([]);
  });

  it('starts the one that is missing, and waits for it alone', async () => {
    const model = await Model.serving();
    model.kill('mq03');
    model.kill('mq02');
    const { started, alreadyRunning, status } = await model.start(['mq02']);
    expect({ started, alreadyRunning }).toEqual({
      started: ['mq02'],
      alreadyRunning: ['zookeeper'],
    });
    expect(status.state).toBe('degraded');
    expect(model.running).not.toContain('mq03');
  });

  it('is over for a node that is registered where there is no quorum for it to serve', async () => {
    const model = await Model.of();
    const { started, status } = await model.start(['mq02']);
    expect(started).toEqual(['zookeeper', 'mq02']);
    expect(status.state).toBe('no-quorum');
    expect(await wantedUp(model)).toEqual(['zookeeper', 'mq02']);
    expect(() => copiesOf(model)).toThrow('ENOENT');
  });

  it('does not end while a slave is not attached, and says in the end who is not', async () => {
    const model = await Model.serving();
    model.behaviour.behind.add('mq02');
    await expect(model.start(undefined, 700)).rejects.toThrow(
      expect.objectContaining({
        code: 'timeout',
        message: expect.stringContaining('mq02 attaching') as string,
        hint: expect.stringContaining(
          'left running: zookeeper, mq01, mq02, mq03. A longer wait: --timeout.',
        ) as string,
      }) as Error,
    );
    // It is wanted all the same: what was started is left to come up.
    expect(await model.wanted()).toMatchObject({ mq02: 'up' });
  });

  it('does nothing where what is to be done first fails', async () => {
    const model = await Model.of();
    const before = () => Promise.reject(new Error('not now'));
    const options = { timeoutMs: 1000, whole: true, before };
    await expect(startNodes(model.cluster, model.nodes(), options)).rejects.toThrow('not now');
    expect(model.done).toEqual([]);
    expect(await model.wanted()).toBeUndefined();
  });

  it('resumes first what a killed drill has left suspended: it would be waited for', async () => {
    const model = await Model.serving();
    const { pid, startTime } = model.of('mq02');
    await model.cluster.here.signal(model.of('mq02'), 'SIGSTOP');
    const record = await DrillRecord.open(model.cluster.layout);
    await record.add({ suspended: [{ name: 'mq02', pid, startTime }] });
    model.kill('mq03');
    await model.start();
    expect(model.done.filter((what) => /SIGCONT|mq03/.test(what))).toEqual([
      'SIGCONT mq02',
      'launch mq03',
    ]);
    expect(model.warnings()[0]).toContain('had suspended mq02; resumed');
  });
});

describe('a start that is refused', () => {
  it('where somebody has a port starts nothing, and nothing is wanted', async () => {
    const model = await Model.of();
    const [, mq02] = model.nodes();
    model.behaviour.held.set(mq02?.messagePort ?? 0, 'taken');
    await expect(model.start()).rejects.toThrow(codeOf('port-taken'));
    expect(model.done).toEqual([]);
    expect(await model.wanted()).toBeUndefined();
  });

  it('while brokers run under another name starts nothing', async () => {
    const model = await Model.serving();
    model.kill('mq03');
    edit(model.directory, 'name: mqStore', 'name: other');
    await model.open();
    await expect(model.start()).rejects.toThrow(codeOf('name-changed'));
    expect(model.launches).toEqual([]);
  });

  it('where the directory was moved starts nothing', async () => {
    const model = await Model.stopped();
    const file = join(model.cluster.layout.state, 'cluster.json');
    const identity = readFileSync(file, 'utf8');
    writeFileSync(file, identity.replaceAll(model.directory, '/elsewhere'));
    await expect(model.start()).rejects.toThrow(codeOf('cluster-moved'));
    expect(model.launches).toEqual([]);
  });

  it.each([
    ['another', 'other (znode 00000000099)'],
    [null, 'unnamed (znode 00000000099)'],
  ])('where a broker of others has the name of the cluster: container %s', async (name, who) => {
    const model = await Model.of();
    model.strangers.push({ name: '00000000099', container: name === null ? null : 'other' });
    await expect(model.start()).rejects.toThrow(
      expect.objectContaining({
        code: 'strangers',
        message: expect.stringContaining(`under /activemq/mqstores: ${who}`) as string,
      }) as Error,
    );
    expect(model.launches).toEqual(['launch zookeeper']);
    // ZooKeeper was started before that was seen, and stays; no broker is wanted.
    expect(await wantedUp(model)).toEqual(['zookeeper']);
  });

  it('leaves an ensemble that is not managed open until it has seen that no stranger is there', async () => {
    const model = await Model.of({ zookeeper: '127.0.0.1:1' });
    model.strangers.push({ name: '00000000099', container: 'other' });
    await expect(model.start()).rejects.toThrow(codeOf('strangers'));
    expect(model.done).toEqual([]);
    model.strangers.length = 0;
    await model.start();
    expect(model.done.slice(0, 2)).toEqual(['close znodes', 'launch mq01']);
  });

  it('once a broker could not be launched wants what runs of it, and no more', async () => {
    const model = await Model.of();
    model.behaviour.launching = ({ name }) => {
      if (name === 'mq02') throw new MqhaError('launch-failed', 'no such program', { hint: '' });
    };
    await expect(model.start()).rejects.toThrow(codeOf('launch-failed'));
    await expect.poll(() => model.running).toEqual(['mq01', 'mq03', 'zookeeper']);
    expect(await wantedUp(model)).not.toContain('mq02');
  });

  it('by Ctrl-C before the brokers says what is left', async () => {
    const model = await Model.of();
    model.behaviour.launching = () => {
      model.stopped.abort();
    };
    await expect(model.start()).rejects.toThrow(
      expect.objectContaining({ code: 'interrupted' }) as Error,
    );
    expect(model.running).toEqual(['zookeeper']);
  });
});
