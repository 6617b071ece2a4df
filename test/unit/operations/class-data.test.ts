import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { acquireLock, lockIn } from '../../../src/agents/local/lock.js';
import { MqhaError } from '../../../src/lib/errors.js';
import { Deadline } from '../../../src/lib/time.js';
import { archiveClasses, recordedArchives } from '../../../src/operations/start/class-data.js';
import { Model } from './model.js';

/** A Java that writes what it was called with to the archive that it is told to make. */
const ARCHIVER = `#!/bin/sh
for word; do case $word in -XX:SharedArchiveFile=*) to=\${word#*=} ;; esac; done
echo "$CLASSPATH" > "$to"
for word; do case $word in -XX:SharedClassListFile=*) /bin/cat "\${word#*=}" >> "$to" ;; esac; done
`;

/** One that has served and is down, whose processes have listed what they loaded. */
async function recorded(): Promise<Model> {
  const model = await Model.serving();
  for (const name of model.running) model.kill(name);
  writeFileSync(join(model.env.JAVA_HOME ?? '', 'bin', 'java'), ARCHIVER);
  const { layout } = model.cluster;
  for (const { base } of [
    layout.zookeeper,
    ...model.nodes().map(({ name }) => layout.node(name)),
  ]) {
    mkdirSync(join(base, 'tmp'), { recursive: true });
    writeFileSync(join(base, 'tmp', 'classes'), `java/lang/Object\nof/${base.slice(-4)}\n`);
  }
  return model;
}

const archives = ({ env }: Model) => join(env.MQHA_CACHE ?? '', 'archives');

describe('the archives of class data', () => {
  it('are made of what every process has loaded, one for brokers and one for ZooKeeper', async () => {
    const model = await recorded();
    expect(await recordedArchives(model.cluster)).toBe(false);
    await archiveClasses(model.cluster);
    expect(await recordedArchives(model.cluster)).toBe(true);
    const [broker = '', zookeeper = '', ...others] = readdirSync(archives(model)).sort();
    expect(others).toEqual([]);
    const [ofBroker, ofZooKeeper] = [broker, zookeeper].map((name) =>
      readFileSync(join(archives(model), name), 'utf8')
        .split('\n')
        .slice(1, -1),
    );
    expect(ofBroker).toEqual(['java/lang/Object', 'of/mq01', 'of/mq02', 'of/mq03']);
    expect(ofZooKeeper).toEqual(['java/lang/Object', 'of/eper']);
  });

  it('are used by the next start, which records nothing then', async () => {
    const model = await recorded();
    model.plans.length = 0;
    await archiveClasses(model.cluster);
    model.done.length = 0;
    await model.start();
    expect(model.done).not.toContain('launch the archiver');
    for (const { argv } of model.plans) {
      expect(argv.join(' ')).toContain(`-XX:SharedArchiveFile=${archives(model)}/`);
      expect(argv.join(' ')).not.toContain('-XX:DumpLoadedClassList');
    }
    expect(model.plans).toHaveLength(4);
  });

  it('are not made again where they are there', async () => {
    const model = await recorded();
    await archiveClasses(model.cluster);
    writeFileSync(join(model.env.JAVA_HOME ?? '', 'bin', 'java'), '#!/bin/sh\nexit 1\n');
    const [first = ''] = readdirSync(archives(model));
    writeFileSync(join(archives(model), first), 'kept');
    await archiveClasses(model.cluster);
    expect(readFileSync(join(archives(model), first), 'utf8')).toBe('kept');
  });

  it('are left to another that makes them, for this cluster or for another one', async () => {
    const model = await recorded();
    const { layout } = model.cluster;
    const root = model.env.MQHA_CACHE ?? '';
    const places = [
      lockIn(join(layout.state, 'archiver')),
      { at: join(root, 'archiver.lock'), of: root },
    ];
    for (const place of places) {
      const held = await acquireLock(place, { command: 'x', deadline: Deadline.in(1000) });
      await archiveClasses(model.cluster);
      await held.release();
      expect(existsSync(archives(model))).toBe(false);
    }
    // Who gave up has let go of what it held.
    await archiveClasses(model.cluster);
    expect(await recordedArchives(model.cluster)).toBe(true);
  });

  it('are none of a cluster whose distribution is not installed', async () => {
    const model = await recorded();
    const env = { ...model.env, MQHA_CACHE: join(model.directory, 'empty') };
    const cluster = { ...model.cluster, host: { ...model.cluster.host, env } };
    await archiveClasses(cluster);
    expect(await recordedArchives(cluster)).toBe(false);
    expect(existsSync(env.MQHA_CACHE)).toBe(false);
  });

  it('cost a start nothing where nobody can be left to make them', async () => {
    const model = await Model.of();
    model.behaviour.launching = ({ name }) => {
      if (name === 'the archiver') throw new MqhaError('launch-failed', 'no', { hint: '' });
    };
    expect((await model.start()).status.state).toBe('serving');
  });

  it('are made by a process of the directory, which uses the same cache', async () => {
    const model = await Model.of();
    await model.start();
    const plan = model.plans.at(-1);
    expect(plan?.argv.slice(-3)).toEqual(['-C', model.directory, 'archive-classes']);
    expect(plan).toMatchObject({
      command: process.execPath,
      cwd: model.directory,
      env: { MQHA_CACHE: model.env.MQHA_CACHE },
    });
    expect(plan?.logDirectory).toContain('.mqha/archiver');
  });
});
