import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClientSettings } from '../../src/cluster/client-settings.js';
import type { ClusterStatus } from '../../src/cluster/status.js';
import { loadConfig } from '../../src/config/load.js';
import type { ScaleResult } from '../../src/scale/scale.js';
import { eventually, startedCluster, TestCluster, type Running } from '../support/cluster.js';
import { Load } from '../support/load.js';
import { receive, receiveUntil, send } from '../support/messages.js';

interface Failure {
  readonly error: { readonly code: string; readonly message: string; readonly hint: string };
}

const errorIn = (stderr: string) =>
  (JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '') as Failure).error;

const replicasOf = ({ nodes }: ClusterStatus) => nodes.map(({ replicas }) => replicas);

/** Ends a command as a crash of it does, once it has said this. */
async function killOnce(running: Running, said: () => boolean): Promise<void> {
  await eventually(
    () => Promise.resolve(said()),
    (yes) => yes,
  );
  running.child.kill('SIGKILL');
  await running.ended;
}

describe('the number of nodes', () => {
  let cluster: TestCluster;
  let settings: ClientSettings;
  let load: Load | undefined;

  beforeAll(async () => {
    ({ cluster } = await startedCluster());
  });

  afterAll(async () => {
    await load?.stop();
    await cluster.remove();
  });

  it('is not changed by an edited mqha.yaml and up, which would leave a quorum of two of five', async () => {
    const { nodes } = await loadConfig(join(cluster.directory, 'mqha.yaml'));
    const [first] = nodes;
    if (!first) throw new Error('there is no node');
    await cluster.edit((text) => {
      const lines = [3, 4].map(
        (index) =>
          `  - { name: mq0${index + 1}, host: 127.0.0.1, webPort: ${first.webPort + index}, messagePort: ${first.messagePort + index}, replicationHost: 127.0.0.${index + 1}, replicationPort: ${first.replicationPort} } # by hand\n`,
      );
      return `${text.replace('replicas: 3', 'replicas: 5')}${lines.join('')}`;
    });
    const up = await cluster.run('up', '--json');
    expect([up.exitCode, errorIn(up.stderr).code]).toEqual([1, 'size-changed']);
    expect(errorIn(up.stderr).hint).toContain('mqha scale 5');
    const status = await cluster.status();
    expect(replicasOf(status)).toEqual([3, 3, 3, null, null]);
    expect([status.quorum, status.replicas]).toEqual([2, 5]);
    expect(status.problems.map(({ code }) => code)).toContain('restart-needed');
    expect((await cluster.run('check')).exitCode).toBe(1);
    const restart = await cluster.run('restart', '--yes', '--json');
    expect(errorIn(restart.stderr).code).toBe('size-changed');
    const dying = await cluster.pidOf('mq03');
    process.kill(dying, 'SIGKILL');
    const back = await eventually(
      () => cluster.status(),
      ({ nodes: [, , third] }) => third?.attached === true && third.pid !== dying,
    );
    expect(replicasOf(back)).toEqual([3, 3, 3, null, null]);
  });

  it('becomes five under load, though mqha and a broker are killed in the middle', async () => {
    settings = await cluster.json<ClientSettings>('env');
    expect(settings.brokers).toHaveLength(5);
    load = new Load(settings, 'load');
    const first = cluster.start(['scale', '5', '--yes']);
    await killOnce(
      first,
      () =>
        existsSync(join(cluster.directory, '.mqha', 'size.json')) &&
        readFileSync(join(cluster.directory, '.mqha', 'size.json'), 'utf8').includes('": 5'),
    );
    const unfinished = await cluster.status();
    expect(unfinished.problems.map(({ code }) => code)).toContain('scale-unfinished');
    const other = await cluster.run('scale', '7', '--json');
    expect(errorIn(other.stderr).code).toBe('scale-unfinished');
    const going = cluster.json<ScaleResult>('scale', '5');
    const pid = await eventually(
      () => cluster.pidOf('mq04').catch(() => 0),
      (found) => found > 0,
    );
    process.kill(pid, 'SIGKILL');
    const result = await going;
    expect(result).toMatchObject({ from: 3, to: 5, continued: true, done: true });
    expect(result.status).toMatchObject({ state: 'serving', replicas: 5, quorum: 3, problems: [] });
    expect(replicasOf(result.status)).toEqual([5, 5, 5, 5, 5]);
    expect((await cluster.run('check')).exitCode).toBe(0);
    expect(await cluster.json<ScaleResult>('scale', '5')).toMatchObject({
      from: 5,
      to: 5,
      done: true,
    });
  }, 180_000);

  it('becomes three again under load, and loses nothing', async () => {
    const asked = await cluster.run('scale', '3', '--json');
    expect(errorIn(asked.stderr).code).toBe('needs-consent');
    expect(errorIn(asked.stderr).message).toContain('mq04, mq05 leave');
    const result = await cluster.json<ScaleResult>('scale', '3', '--yes');
    expect(replicasOf(result.status)).toEqual([3, 3, 3]);
    expect(result.status).toMatchObject({ state: 'serving', replicas: 3, quorum: 2, problems: [] });
    expect(result.removed.map(({ name }) => name)).toEqual(['mq04', 'mq05']);
    for (const { kept } of result.removed) expect(readdirSync(kept ?? '')).toContain('data');
    expect(readdirSync(join(cluster.directory, 'nodes')).sort()).toEqual(['mq01', 'mq02', 'mq03']);
    await load?.stop();
    const acknowledged = load?.acknowledged ?? [];
    expect(acknowledged.length).toBeGreaterThan(100);
    const got = new Set(await receiveUntil(settings, 'load', acknowledged.at(-1) ?? ''));
    expect(acknowledged.filter((body) => !got.has(body))).toEqual([]);
  }, 180_000);
});

describe('a cluster of one', () => {
  let cluster: TestCluster;

  beforeAll(async () => {
    cluster = await TestCluster.make(['--nodes', '1']);
  });

  afterAll(async () => {
    await cluster.remove();
  });

  it('becomes three, and the others have every message', async () => {
    await cluster.json('up');
    const bodies = Array.from({ length: 50 }, (_, index) => String(index));
    await send(await cluster.json<ClientSettings>('env'), 'one', bodies);
    const { status } = await cluster.json<ScaleResult>('scale', '3', '--yes');
    expect(replicasOf(status)).toEqual([3, 3, 3]);
    expect(status).toMatchObject({ state: 'serving', quorum: 2, problems: [] });
    await cluster.json('kill', 'master');
    expect(await receive(await cluster.json<ClientSettings>('env'), 'one', 50)).toEqual(bodies);
  }, 120_000);
});
