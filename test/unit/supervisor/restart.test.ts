import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { settingMarkers } from '../../../src/stores/settings.js';
import { rendered } from '../../../src/certificates/files.js';
import { openCluster, thisHost } from '../../../src/state/cluster.js';
import type { ClusterEvent } from '../../../src/state/progress.js';
import { Deadline } from '../../../src/lib/time.js';
import { restartNodes } from '../../../src/operations/restart.js';
import { endSupervisor } from '../../../src/operations/supervision.js';
import { broker } from '../children.js';
import { emptyEnsemble } from '../fake-zookeeper.js';
import { edit, made } from '../rig.js';

const NAMES = ['mq01', 'mq02', 'mq03'];
const AN_HOUR = 3_600_000;

/**
 * A cluster whose three brokers run, though they do nothing, on a machine without Java: what is
 * restarted is stopped and cannot be started, and that ends the restart as an interruption does.
 */
async function setUp(heapMb?: number, connect?: string) {
  const events: ClusterEvent[] = [];
  const emit = (event: ClusterEvent) => void events.push(event);
  const host = { ...thisHost({ emit }), env: { PATH: '/nowhere' } };
  const directory = await made();
  if (connect !== undefined) {
    edit(
      directory,
      /^zookeeper:[^]*?\n(?=\S|$)/m,
      `zookeeper: { managed: false, connect: '${connect}' }\n`,
    );
  }
  const cluster = await openCluster(directory, host);
  const record = join(cluster.layout.state, 'restart.json');
  const { java } = cluster.config;
  const config = { ...cluster.config, java: { ...java, heapMb: heapMb ?? java.heapMb } };
  const brokers = new Map<string, Awaited<ReturnType<typeof broker>>>();
  for (const name of NAMES) {
    const started = await broker(cluster.id, name, settingMarkers(config, name));
    await cluster.registry.remember(name, started.pid);
    brokers.set(name, started);
  }
  // A restart leaves a supervisor.
  onTestFinished(() => endSupervisor(cluster, Deadline.in(10_000)));
  return {
    record,
    events,
    /** Leaves a restart that began this long before now. */
    began: (before: number, nodes?: readonly string[]) => {
      writeFileSync(record, JSON.stringify({ began: new Date(Date.now() - before), nodes }));
    },
    /** Renders a certificate of a node this long before now. */
    certified: (name: string, before: number) => {
      const file = rendered(cluster.layout.node(name));
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, '');
      const at = new Date(Date.now() - before);
      utimesSync(file, at, at);
    },
    /** Says that a node was launched this long before now. */
    launched: (name: string, before: number) => {
      const file = join(cluster.layout.state, 'processes', `${name}.json`);
      const process = JSON.parse(readFileSync(file, 'utf8')) as object;
      const launchedAt = new Date(Date.now() - before).toISOString();
      writeFileSync(file, JSON.stringify({ ...process, launchedAt }));
    },
    /** Lets what is refused before a stop pass, so that it is the start that fails; or not. */
    restart: (rolling: boolean, names = NAMES, checked = false) =>
      restartNodes(
        cluster,
        cluster.config.nodes.filter((node) => names.includes(node.name)),
        {
          timeoutMs: 5000,
          confirm: () => Promise.resolve(true),
          rolling,
          ...(checked ? {} : { check: () => Promise.resolve() }),
        },
      ),
    stopped: () => [...brokers].flatMap(([name, { runs }]) => (runs() ? [] : [name])),
    end: (name: string) => brokers.get(name)?.end(),
    done: () => events.flatMap((event) => (event.type === 'restart-resumed' ? [event.done] : [])),
  };
}

const JAVA_MISSING = { code: 'java-missing' };

describe('a restart of the whole cluster', () => {
  it('is refused before anything is stopped where nothing could be started', async () => {
    const { record, restart, stopped } = await setUp();
    await expect(restart(true, NAMES, true)).rejects.toMatchObject(JAVA_MISSING);
    expect(stopped()).toEqual([]);
    expect(existsSync(record)).toBe(false);
  });

  it('keeps a record until it is through', async () => {
    const { record, restart, stopped, done } = await setUp();
    const before = Date.now();
    await expect(restart(true)).rejects.toMatchObject(JAVA_MISSING);
    await expect.poll(stopped).toEqual(['mq01']);
    expect(done()).toEqual([]);
    const { began } = JSON.parse(readFileSync(record, 'utf8')) as { began: string };
    expect(Date.parse(began)).toBeGreaterThanOrEqual(before);
  });

  it('goes on where an interrupted one ended', async () => {
    const { record, began, launched, restart, stopped, done } = await setUp();
    began(AN_HOUR);
    const left = () => readFileSync(record, 'utf8');
    const text = left();
    launched('mq02', 2 * AN_HOUR);
    await expect(restart(true)).rejects.toMatchObject(JAVA_MISSING);
    expect(done()).toEqual([['mq01', 'mq03']]);
    await expect.poll(stopped).toEqual(['mq02']);
    expect(left()).toBe(text);
  });

  it('has nothing left to do where all were launched since', async () => {
    const { record, began, restart, stopped } = await setUp();
    began(AN_HOUR);
    expect(await restart(true)).toMatchObject({ restarted: [], before: NAMES });
    expect(stopped()).toEqual([]);
    expect(existsSync(record)).toBe(false);
  });

  it('takes up again what was launched since with other settings than mqha.yaml has now', async () => {
    const { began, restart, done } = await setUp(1024);
    began(AN_HOUR);
    await expect(restart(true)).rejects.toMatchObject(JAVA_MISSING);
    expect(done()).toEqual([]);
  });

  it('takes up again what was launched since with a certificate that was replaced', async () => {
    const { began, launched, certified, restart, stopped, done } = await setUp();
    began(AN_HOUR);
    for (const name of NAMES) launched(name, AN_HOUR / 2);
    certified('mq01', AN_HOUR / 4);
    certified('mq03', (AN_HOUR * 3) / 4);
    await expect(restart(true)).rejects.toMatchObject(JAVA_MISSING);
    expect(done()).toEqual([['mq02', 'mq03']]);
    await expect.poll(stopped).toEqual(['mq01']);
  });

  it('is not over, and stops nobody, while one that was launched since is out of the cluster', async () => {
    const { record, began, launched, restart, stopped } = await setUp(
      undefined,
      (await emptyEnsemble()).connect,
    );
    began(AN_HOUR, NAMES);
    launched('mq03', 2 * AN_HOUR);
    const text = readFileSync(record, 'utf8');
    // What waits for a start asks for Java first.
    await expect(restart(true)).rejects.toMatchObject(JAVA_MISSING);
    expect(stopped()).toEqual([]);
    expect(readFileSync(record, 'utf8')).toBe(text);
  });

  it('takes up again what was launched since and has died', async () => {
    const { began, launched, restart, stopped, end, done } = await setUp();
    began(AN_HOUR);
    launched('mq01', 2 * AN_HOUR);
    await end('mq02');
    await expect(restart(true)).rejects.toMatchObject(JAVA_MISSING);
    expect(done()).toEqual([['mq03']]);
    expect(stopped()).not.toContain('mq03');
  });

  it.each(['', '{}', '{"began":"yesterday"}', 'null'])(
    'is one of all of them where the record is %j',
    async (text) => {
      const { record, restart, stopped, done } = await setUp();
      writeFileSync(record, text);
      await expect(restart(true)).rejects.toMatchObject(JAVA_MISSING);
      await expect.poll(stopped).toEqual(['mq01']);
      expect(done()).toEqual([]);
      expect(JSON.parse(readFileSync(record, 'utf8'))).toHaveProperty('began');
    },
  );
});

describe('a restart of nodes', () => {
  it('restarts those that are named, and does not touch the record', async () => {
    const { record, began, restart, stopped, done } = await setUp();
    began(AN_HOUR);
    const text = readFileSync(record, 'utf8');
    await expect(restart(false, ['mq02'])).rejects.toMatchObject(JAVA_MISSING);
    await expect.poll(stopped).toEqual(['mq02']);
    expect(done()).toEqual([]);
    expect(readFileSync(record, 'utf8')).toBe(text);
  });
});
