import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClientSettings } from '../../src/clients/client-settings.js';
import type { StartResult } from '../../src/operations/start/start.js';
import type { ClusterStatus } from '../../src/observe/status.js';
import { loadConfig } from '../../src/config/load.js';
import type { ScalePlan } from '../../src/operations/scale/proposal.js';
import type { ScaleResult } from '../../src/operations/scale/scale.js';
import {
  eventually,
  startedCluster,
  TestCluster,
  type Running,
  errorIn,
} from '../support/cluster.js';
import { Load } from '../support/load.js';
import { clientOf, receive, receiveUntil, send } from '../support/messages.js';

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

/** All that runs of a cluster, as the machine shows it. */
const processesOf = async (cluster: TestCluster) => (await cluster.open()).registry.all();

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

  /** `mqha down` from another terminal, while the change goes on: it stays as `down` leaves it. */
  async function stoppedMeanwhile(scale: Running): Promise<void> {
    await eventually(
      () => cluster.pidOf('mq04').catch(() => 0),
      (found) => found > 0,
    );
    const down = await cluster.run('down');
    expect(down.exitCode).toBe(0);
    expect(down.stderr).toContain('the change from 3 to 5 nodes has not ended');
    const { exitCode, stderr } = await scale.ended;
    expect([exitCode, errorIn(stderr).code]).toEqual([1, 'scale-unfinished']);
    expect(errorIn(stderr).message).toContain('down');
    expect(await processesOf(cluster)).toEqual([]);
    const dry = await cluster.run('up', '--dry-run');
    expect(dry.stdout).toContain('then go on with the change from 3 to 5 nodes');
  }

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

  it('becomes five under load, though mqha and a broker are killed in the middle, and all is stopped', async () => {
    settings = await cluster.json<ClientSettings>('env');
    expect(settings.brokers).toHaveLength(5);
    load = new Load(clientOf(settings), 'load');
    const first = cluster.start(['scale', '5', '--yes']);
    await killOnce(
      first,
      () =>
        existsSync(join(cluster.directory, '.mqha', 'size.json')) &&
        readFileSync(join(cluster.directory, '.mqha', 'size.json'), 'utf8').includes('": 5'),
    );
    const unfinished = await cluster.status();
    expect(unfinished.problems.map(({ code }) => code)).toContain('scale-unfinished');
    expect(unfinished.operations).toMatchObject([{ kind: 'scale', pid: null }]);
    const other = await cluster.run('scale', '7', '--json');
    expect(errorIn(other.stderr).code).toBe('scale-unfinished');
    await stoppedMeanwhile(cluster.start(['scale', '5', '--json']));
    const going = cluster.json<ScaleResult>('scale', '5');
    const pid = await eventually(
      () => cluster.pidOf('mq04').catch(() => 0),
      (found) => found > 0,
    );
    process.kill(pid, 'SIGKILL');
    const result = await going;
    expect(result).toMatchObject({ from: 3, to: 5, continued: true, done: true });
    expect(result.status).toMatchObject({ state: 'serving', replicas: 5, quorum: 3, problems: [] });
    expect(result.status.operations).toEqual([]);
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

describe('a cluster of one that nothing looks after', () => {
  let cluster: TestCluster;
  let load: Load | undefined;

  /** Scales while a client sends that knows the nodes to come, and takes what was acknowledged to the last message. */
  async function underLoad(queue: string, ...args: string[]): Promise<ScaleResult> {
    const { add } = await cluster.json<ScalePlan>('scale', ...args, '--dry-run');
    const { brokers, ...account } = await cluster.json<ClientSettings>('env');
    const coming = add.map(({ name, host, messagePort }) => ({
      name,
      url: `tcp://${host}:${messagePort}`,
    }));
    load = new Load(clientOf({ ...account, brokers: [...brokers, ...coming] }), queue);
    const { acknowledged } = load;
    await eventually(
      () => Promise.resolve(acknowledged.length),
      (count) => count > 20,
    );
    const result = await cluster.json<ScaleResult>('scale', ...args, '--yes');
    const before = acknowledged.length;
    await eventually(
      () => Promise.resolve(acknowledged.length),
      (count) => count > before,
    );
    await load.stop();
    const got = new Set(
      await receiveUntil(
        await cluster.json<ClientSettings>('env'),
        queue,
        acknowledged.at(-1) ?? '',
      ),
    );
    expect(acknowledged.filter((body) => !got.has(body))).toEqual([]);
    return result;
  }

  beforeAll(async () => {
    cluster = await TestCluster.make(['--nodes', '1', '--no-supervisor']);
    await cluster.json('up');
  });

  afterAll(async () => {
    await load?.stop();
    await cluster.remove();
  });

  it('becomes three under load, and the others have every message', async () => {
    const bodies = Array.from({ length: 50 }, (_, index) => String(index));
    await send(await cluster.json<ClientSettings>('env'), 'one', bodies);
    const { status } = await underLoad('three', '3');
    expect(replicasOf(status)).toEqual([3, 3, 3]);
    expect(status).toMatchObject({ state: 'serving', quorum: 2, problems: [] });
    await cluster.json('kill', 'master');
    expect(await receive(await cluster.json<ClientSettings>('env'), 'one', 50)).toEqual(bodies);
    await cluster.json('up');
  }, 180_000);

  it('becomes two while it is stopped, by the nodes that are named', async () => {
    const settings = await cluster.json<ClientSettings>('env');
    await send(settings, 'stopped', ['a', 'b']);
    await cluster.json('down');
    const { removed } = await cluster.json<ScaleResult>('scale', '2', '--remove', 'mq02', '--yes');
    expect(await processesOf(cluster)).toEqual([]);
    const up = await cluster.json<StartResult>('up');
    expect(up.status).toMatchObject({ state: 'serving', replicas: 2, quorum: 2, problems: [] });
    expect(up.status.nodes.map(({ name }) => name)).toEqual(['mq01', 'mq03']);
    expect(removed.map(({ name }) => name)).toEqual(['mq02']);
    expect(await receive(await cluster.json<ClientSettings>('env'), 'stopped', 2)).toEqual([
      'a',
      'b',
    ]);
  }, 180_000);

  it('becomes one again under load, another than it was', async () => {
    const { status, removed } = await underLoad('one again', '1', '--remove', 'mq01');
    expect(removed.map(({ name }) => name)).toEqual(['mq01']);
    expect(status.nodes.map(({ name, replicas }) => [name, replicas])).toEqual([['mq03', 1]]);
    expect(status).toMatchObject({ state: 'serving', quorum: 1, problems: [] });
  }, 180_000);
});
