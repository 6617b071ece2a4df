import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { destroyCluster } from '../../../src/operations/destroy.js';
import { initCluster } from '../../../src/operations/init.js';
import {
  COMES_BACK,
  confirmQuorumLoss,
  downCluster,
  refuseElsewhere,
  stopNodes,
  stopProcesses,
} from '../../../src/operations/stop.js';
import { DrillRecord } from '../../../src/state/drill-record.js';
import { beginRestart, readRestart } from '../../../src/state/restart-record.js';
import { temporaryDirectory } from '../../support/temp.js';
import { ports } from '../rig.js';
import { ACCEPTING, DEAD, judged, whole, type NodeScene } from '../scenes.js';
import { Model } from './model.js';

const yes = () => Promise.resolve(true);
const stop = (model: Model, names: readonly string[], timeoutMs = 20_000) =>
  stopNodes(model.cluster, model.nodes(names), { timeoutMs, confirm: yes });

/** What is asked before these are stopped; undefined where nothing is. */
async function question(
  names: readonly string[],
  nodes: Readonly<Record<string, NodeScene>> = {},
  znodes = whole().znodes,
) {
  let asked: string | undefined;
  const status = judged({ ...whole(), znodes, nodes: { mq02: ACCEPTING, ...nodes } });
  await confirmQuorumLoss(status, names, 'stop', (text) => {
    asked = text;
    return Promise.resolve(true);
  });
  return asked;
}

describe('before nodes are taken away', () => {
  it('is asked where those that stay are no quorum, and not where they are', async () => {
    expect(await question(['mq01'])).toBeUndefined();
    expect(await question(['mq01', 'mq03'])).toBe(
      'To stop mq01, mq03 leaves 1 of 3 members and quorum is 2: no master will serve. Go on?',
    );
    expect(await question(['mq01'], { mq03: DEAD })).toContain('To stop mq01 leaves 1 of 3');
  });

  it('is asked nothing of nodes that do not run: nothing changes by them', async () => {
    expect(await question(['mq03'], { mq03: DEAD })).toBeUndefined();
    expect(await question(['mq02', 'mq03'], { mq02: DEAD, mq03: DEAD })).toBeUndefined();
    expect(await question(['mq01', 'mq03'], { mq03: DEAD })).toContain('To stop mq01 leaves');
  });

  it('count as staying those elsewhere that take part, and no others', async () => {
    const elsewhere = { local: false, process: undefined };
    expect(await question(['mq01'], { mq03: elsewhere })).toBeUndefined();
    const without = whole().znodes?.slice(0, 2);
    expect(await question(['mq01'], { mq03: elsewhere }, without)).toContain('leaves 1 of 3');
  });

  it('is refused without consent, with what to do', async () => {
    const no = () => Promise.resolve(false);
    const names = ['mq01', 'mq02'];
    await expect(confirmQuorumLoss(judged(whole()), names, 'kill', no)).rejects.toMatchObject({
      code: 'declined',
      message: 'not done: to kill mq01, mq02 would lose quorum',
      hint: expect.stringContaining('--yes') as string,
    });
  });

  it('is refused for those on another machine', async () => {
    const model = await Model.of();
    const nodes = model
      .nodes()
      .map((node, index) => (index === 0 ? node : { ...node, host: '198.51.100.7' }));
    expect(() => {
      refuseElsewhere(model.cluster, nodes);
    }).toThrow(
      expect.objectContaining({
        code: 'node-elsewhere',
        message: 'mq02 is on 198.51.100.7, mq03 is on 198.51.100.7, not on this machine',
      }) as Error,
    );
    refuseElsewhere(model.cluster, nodes.slice(0, 1));
  });
});

describe('nodes that are stopped', () => {
  it('end, stay down, and leave the election at once', async () => {
    const model = await Model.serving();
    model.behaviour.stale.add('mq03');
    const began = performance.now();
    const { stopped, status } = await stop(model, ['mq03']);
    const took = performance.now() - began;
    expect(stopped).toMatchObject([{ name: 'mq03', forced: false }]);
    expect(stopped[0]?.ms).toBeGreaterThanOrEqual(0);
    expect(stopped[0]?.ms).toBeLessThan(took);
    expect(model.done).toEqual(['SIGTERM mq03', 'release 00000000003']);
    expect(model.eventsOf('stopped')).toMatchObject([{ name: 'mq03', forced: false }]);
    expect(status.nodes.map((node) => node.process)).toEqual(['running', 'running', 'stopped']);
    expect(await model.wanted()).toMatchObject({ mq02: 'up', mq03: 'down' });
  });

  it('are killed where they do not end in time', async () => {
    const model = await Model.serving();
    model.behaviour.stubborn.add('mq03');
    const { stopped } = await stop(model, ['mq03'], 100);
    expect(stopped).toMatchObject([{ forced: true }]);
    expect(model.done.slice(0, 2)).toEqual(['SIGTERM mq03', 'SIGKILL mq03']);
  });

  it('are resumed where they are suspended: a signal waits for that', async () => {
    const model = await Model.serving();
    await model.cluster.here.signal(model.of('mq03'), 'SIGSTOP');
    model.done.length = 0;
    await stopProcesses(model.cluster, ['mq03', 'mq02'], 1000);
    expect(model.done.filter((what) => what.endsWith('mq03'))).toEqual([
      'SIGTERM mq03',
      'SIGCONT mq03',
    ]);
    expect(model.done.filter((what) => what.endsWith('mq02'))).toEqual(['SIGTERM mq02']);
  });

  it('are as before where a person does not want to lose quorum', async () => {
    const model = await Model.serving();
    const no = () => Promise.resolve(false);
    const options = { timeoutMs: 1000, confirm: no };
    await expect(stopNodes(model.cluster, model.nodes(), options)).rejects.toMatchObject({
      code: 'declined',
    });
    expect(model.done).toEqual([]);
    expect(await model.wanted()).toMatchObject({ mq01: 'up' });
  });

  it('are no concern of a killed drill any more', async () => {
    const model = await Model.serving();
    await (await DrillRecord.open(model.cluster.layout)).add({ killed: ['mq02', 'mq03'] });
    await stop(model, ['mq03']);
    const { undone } = await DrillRecord.open(model.cluster.layout);
    expect(undone.killed).toEqual(['mq02']);
  });

  it('end also where ZooKeeper is away, which lets go by itself later', async () => {
    const model = await Model.serving();
    const found = model.of('mq03');
    await model.cluster.registry.noteSession('mq03', found, '100003');
    vi.spyOn(model.coordination, 'snapshot').mockRejectedValue(new Error('it is away'));
    const { stopped } = await stop(model, ['mq03']);
    expect(stopped).toHaveLength(1);
  });

  it('that come back are wanted down until then, and nothing else of it is noted', async () => {
    const model = await Model.serving();
    const options = { timeoutMs: 1000, confirm: yes, before: COMES_BACK };
    await stopNodes(model.cluster, model.nodes(['mq02']), options);
    expect(await model.wanted()).toMatchObject({ mq02: 'down' });
  });
});

describe('a cluster that is stopped', () => {
  it('ends its brokers, and ZooKeeper after them; all of it is wanted down', async () => {
    const model = await Model.serving();
    await beginRestart(model.cluster, model.nodes());
    await (
      await DrillRecord.open(model.cluster.layout)
    ).add({ killed: ['mq03'], supervisor: true });
    const stopped = await downCluster(model.cluster, 1000);
    expect(stopped.map(({ name }) => name)).toEqual(['mq01', 'mq02', 'mq03', 'zookeeper']);
    expect(model.done.filter((what) => what.startsWith('SIGTERM')).at(-1)).toBe(
      'SIGTERM zookeeper',
    );
    expect(model.running).toEqual([]);
    expect(await model.wanted()).toMatchObject({ zookeeper: 'down', mq01: 'down', mq03: 'down' });
    expect(await readRestart(model.cluster.layout)).toBeUndefined();
    expect((await DrillRecord.open(model.cluster.layout)).isEmpty).toBe(true);
    expect(await downCluster(model.cluster, 1000)).toEqual([]);
  });
});

describe('a cluster that is destroyed', () => {
  const destroy = (model: Model, answers: (question: string) => boolean, keepZnodes = false) => {
    const asked: string[] = [];
    const confirm = (question: string) => {
      asked.push(question);
      return Promise.resolve(answers(question));
    };
    const options = { timeoutMs: 1000, confirm, keepZnodes };
    return destroyCluster(model.cluster, options).then((result) => ({ result, asked }));
  };

  it('is stopped, and what mqha made is gone; what others put there stays', async () => {
    const model = await Model.serving();
    const { layout } = model.cluster;
    writeFileSync(join(model.directory, 'mine'), '');
    writeFileSync(join(layout.node('mq02').base, 'mine too'), '');
    mkdirSync(layout.pki);
    const { result, asked } = await destroy(model, () => true);
    expect(asked).toEqual([
      `Stop cluster mqStore in ${model.directory} and remove its brokers' data, messages included?`,
    ]);
    expect(result.stopped.map(({ name }) => name)).toEqual(['mq01', 'mq02', 'mq03', 'zookeeper']);
    expect(model.running).toEqual([]);
    expect(readdirSync(model.directory).sort()).toEqual(['mine', 'nodes']);
    expect(readdirSync(join(model.directory, 'nodes', 'mq02'))).toEqual(['mine too']);
    expect(result.removed).toEqual([
      ...['mq01', 'mq02', 'mq03'].map((name) => layout.node(name).base),
      layout.zookeeper.base,
      layout.pki,
      layout.state,
      layout.file,
    ]);
    expect(model.eventsOf('removed').map(({ what }) => what)).toEqual(result.removed);
  });

  it('is as before without consent', async () => {
    const model = await Model.serving();
    await expect(destroy(model, () => false)).rejects.toMatchObject({
      code: 'declined',
      hint: expect.stringContaining('--yes') as string,
    });
    expect(model.done).toEqual([]);
    expect(existsSync(model.cluster.layout.state)).toBe(true);
  });

  it('leaves the certificates of a person, also of one who has edited mqha.yaml since', async () => {
    const model = await Model.serving();
    mkdirSync(model.cluster.layout.pki);
    const tls = { clientCertificates: 'optional', certificates: 'own' } as const;
    const cluster = { ...model.cluster, config: { ...model.cluster.config, tls } };
    const options = { timeoutMs: 1000, confirm: yes, keepZnodes: false };
    const { removed } = await destroyCluster(cluster, options);
    expect(existsSync(model.cluster.layout.pki)).toBe(true);
    expect(removed).not.toContain(model.cluster.layout.pki);
  });

  it('asks about the znodes of an ensemble that is not managed, and about no others', async () => {
    const erased: string[] = [];
    const erasing = async () => {
      const model = await Model.serving({ zookeeper: '127.0.0.1:1' });
      vi.spyOn(model.coordination, 'erase').mockImplementation(() => {
        erased.push('erased');
        return Promise.resolve(['/activemq/mqstores']);
      });
      return model;
    };
    const about = (question: string) => question.startsWith('Remove the znode');
    const { result, asked } = await destroy(await erasing(), () => true);
    expect(asked[1]).toBe(
      'Remove the znode /activemq/mqstores from the ensemble 127.0.0.1:1 as well?',
    );
    expect(result.removed[0]).toBe('/activemq/mqstores');
    expect(erased).toHaveLength(1);
    await destroy(await erasing(), (question) => !about(question));
    const kept = await destroy(await erasing(), () => true, true);
    expect(kept.asked).toHaveLength(1);
    expect(kept.result.removed.some((what) => what.includes('zookeeper'))).toBe(false);
    expect(erased).toHaveLength(1);
  });
});

describe('a cluster that is made', () => {
  it('is mqha.yaml and the rendered files, in a directory that may be new', async () => {
    const model = await Model.of();
    const directory = join(temporaryDirectory(), 'a', 'b');
    const options = { nodes: 3, ...(await ports()) };
    const { cluster, written } = await initCluster(directory, options, model.cluster.host);
    expect(written[0]).toBe('mqha.yaml');
    expect(written).toContain('nodes/mq01/conf/activemq.xml');
    expect(cluster.id).not.toBe('');
  });

  it.each(['mqha.yaml', 'nodes', 'zookeeper', 'pki', '.mqha'])(
    'is refused where a cluster is: %s',
    async (name) => {
      const model = await Model.of();
      const directory = temporaryDirectory();
      mkdirSync(join(directory, name));
      const options = { nodes: 3, ...(await ports()) };
      await expect(initCluster(directory, options, model.cluster.host)).rejects.toMatchObject({
        code: 'cluster-exists',
        message: `${directory} already holds a cluster (${name})`,
      });
      expect(readdirSync(directory)).toEqual([name]);
    },
  );

  it('leaves nothing where that fails, and what was there before', async () => {
    const model = await Model.of();
    const host = {
      ...model.cluster.host,
      emit: () => {
        throw new Error('no space left');
      },
    };
    const directory = temporaryDirectory();
    writeFileSync(join(directory, 'mine'), '');
    const options = { nodes: 3, ...(await ports()) };
    await expect(initCluster(directory, options, host)).rejects.toThrow('no space left');
    expect(readdirSync(directory)).toEqual(['mine']);
    const made = join(directory, 'made');
    await expect(initCluster(made, options, host)).rejects.toThrow('no space left');
    expect(existsSync(made)).toBe(false);
  });

  it('is refused on a network without authentication, before anything is made', async () => {
    const model = await Model.of();
    const directory = join(temporaryDirectory(), 'c');
    const hosts = ['198.51.100.1', '198.51.100.2', '198.51.100.3'];
    const options = { nodes: 3, authentication: false, hosts, zookeeper: '198.51.100.9:2181' };
    await expect(initCluster(directory, options, model.cluster.host)).rejects.toMatchObject({
      code: 'insecure-network',
    });
    expect(existsSync(directory)).toBe(false);
  });
});
