import { describe, expect, it } from 'vitest';
import { asRendered, refuseNameChanged } from '../../../src/operations/start/name-changed.js';
import { render } from '../../../src/operations/start/prepare.js';
import { restartDiffering, restartSteps } from '../../../src/operations/restart-differing.js';
import { Deadline } from '../../../src/lib/time.js';
import type { Cluster } from '../../../src/state/cluster.js';
import { edit } from '../rig.js';
import { Model } from './model.js';

const rename = (model: Model) => {
  edit(model.directory, 'name: mqStore', 'name: other');
  return model.open();
};

describe('a cluster as its supervisor starts what died', () => {
  it('is that of the rendered files where mqha.yaml has another name since', async () => {
    const model = await Model.serving();
    const edited = await rename(model);
    for (const found of [
      await asRendered(edited),
      // Also where all have died at once.
      await (model.running.forEach((name) => {
        model.kill(name);
      }),
      asRendered(edited)),
    ]) {
      expect(found.config.name).toBe('mqStore');
      expect(found.isAsRendered).toBe(true);
      expect(found.id).toBe(edited.id);
    }
  });

  it('is that of mqha.yaml where only other words of it were edited, or nothing was', async () => {
    const model = await Model.serving();
    expect(await asRendered(model.cluster)).toBe(model.cluster);
    const { java } = model.cluster.config;
    const config = { ...model.cluster.config, java: { ...java, heapMb: java.heapMb * 2 } };
    const edited: Cluster = { ...model.cluster, config };
    expect(await asRendered(edited)).toBe(edited);
  });

  it('is that of mqha.yaml where it was never rendered, or something else runs than what was', async () => {
    const fresh = await Model.of();
    expect(await asRendered(fresh.cluster)).toBe(fresh.cluster);
    const model = await Model.serving();
    for (const name of model.running) if (name !== 'mq02') model.kill(name);
    const edited = await rename(model);
    const config = { ...edited.config, name: 'third' };
    // One broker runs as it was rendered, and one with a third name.
    const running = new Map([
      ['mq02', model.of('mq02')],
      [
        'mq03',
        {
          ...model.of('mq02'),
          argv: model.of('mq02').argv.map((word) => word.replace('name=mqStore', 'name=third')),
        },
      ],
    ]);
    const registry = { findAll: () => Promise.resolve(running) } as unknown as Cluster['registry'];
    const mixed = { ...edited, config, registry };
    expect(await asRendered(mixed)).toBe(mixed);
  });
});

describe('a managed ZooKeeper that runs without a broker', () => {
  const withTls = (cluster: Cluster, tls: boolean): Cluster => ({
    ...cluster,
    config: { ...cluster.config, zookeeper: { ...cluster.config.zookeeper, tls } },
  });

  it('keeps a start from what could not reach it', async () => {
    const model = await Model.serving();
    for (const name of ['mq01', 'mq02', 'mq03']) model.kill(name);
    await expect(refuseNameChanged(withTls(model.cluster, true))).rejects.toMatchObject({
      code: 'name-changed',
      message: 'ZooKeeper runs in clear, and mqha.yaml says with TLS: it could not be reached',
      hint: expect.stringContaining('`mqha down`') as string,
    });
    await refuseNameChanged(model.cluster);
    model.kill('zookeeper');
    await refuseNameChanged(withTls(model.cluster, true));
  });

  it('of which nothing was rendered is asked nothing', async () => {
    const model = await Model.of();
    const findAll = () => Promise.resolve(new Map([['zookeeper', { argv: [] }]]));
    const registry = { findAll } as unknown as Cluster['registry'];
    await refuseNameChanged({ ...withTls(model.cluster, true), registry });
  });
});

describe('nodes that run with other settings than mqha.yaml says', () => {
  const YES = { timeoutMs: 20_000, confirm: () => Promise.resolve(true) };

  it('are restarted one after the other, and the answer is as it is then', async () => {
    const model = await Model.serving();
    edit(model.directory, /heap: \w+/, 'heap: 700m');
    await model.open();
    const started = await model.start();
    expect((await restartSteps(model.cluster)).map(({ kind, text }) => `${kind}: ${text}`)).toEqual(
      ['mq01', 'mq02', 'mq03'].map(
        (name) => `restart: restart ${name}, which runs with other settings than mqha.yaml says`,
      ),
    );
    model.done.length = 0;
    const result = await restartDiffering(model.cluster, started, YES);
    expect(model.done.filter((what) => what.startsWith('launch mq'))).toEqual([
      'launch mq02',
      'launch mq03',
      'launch mq01',
    ]);
    expect(result).toMatchObject({ started: [], alreadyRunning: started.alreadyRunning });
    expect(result.status.problems.map(({ code }) => code)).not.toContain('restart-needed');
    expect(await restartSteps(model.cluster)).toEqual([]);
  });

  it('are none where all have them: nothing is done', async () => {
    const model = await Model.serving();
    const started = await model.start();
    model.done.length = 0;
    expect(await restartDiffering(model.cluster, started, YES)).toBe(started);
    expect(model.done).toEqual([]);
  });
});

it('a rendering is refused under another name while brokers run', async () => {
  const model = await Model.serving();
  const edited = await rename(model);
  await expect(render(edited, true, Deadline.in(1000))).rejects.toMatchObject({
    code: 'name-changed',
  });
});
