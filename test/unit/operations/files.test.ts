import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeCertificates } from '../../../src/operations/start/certificates.js';
import { previewStart, refuseEditedFiles } from '../../../src/operations/start/dry-run.js';
import { planStart, refuseHeldPorts } from '../../../src/operations/start/plan.js';
import {
  checkRendered,
  ensureProcessDirectories,
  prepareRuntime,
  refuseUnstartable,
  renderFiles,
} from '../../../src/operations/start/prepare.js';
import { openCluster, type Cluster } from '../../../src/state/cluster.js';
import type { ProcessInfo } from '../../../src/agents/process.js';
import { edit } from '../rig.js';
import { Model } from './model.js';

async function rendered(): Promise<Model> {
  const model = await Model.of();
  await renderFiles(model.cluster, false);
  await model.open();
  model.events.length = 0;
  return model;
}

const xmlOf = ({ cluster }: Model) => join(cluster.layout.node('mq01').conf, 'activemq.xml');
const spoil = (model: Model) => {
  writeFileSync(xmlOf(model), `${readFileSync(xmlOf(model), 'utf8')}<!-- mine -->`);
};
const credentialsOf = ({ cluster }: Model) => join(cluster.layout.state, 'credentials.json');

/** The same cluster in another place: moved, or copied while the old one stays. */
async function elsewhere(model: Model, how: 'moved' | 'copied'): Promise<Cluster> {
  const to = `${model.directory}-2`;
  if (how === 'moved') renameSync(model.directory, to);
  else cpSync(model.directory, to, { recursive: true });
  // The directory of the test is what is removed after it.
  const back = () => {
    rmSync(to, { recursive: true, force: true });
  };
  cleanups.push(back);
  return openCluster(to, model.cluster.host);
}
const cleanups: (() => void)[] = [];

describe('files that are rendered', () => {
  it('are written once, and again as far as mqha.yaml was edited', async () => {
    const model = await Model.of();
    const first = await renderFiles(model.cluster, false);
    expect(first.written.length).toBeGreaterThan(10);
    expect(first.cluster.id).not.toBe('');
    expect(first.cluster.account?.username).toBe('mqha');
    await model.open();
    expect(await checkRendered(model.cluster)).toEqual([]);
    expect((await renderFiles(model.cluster, false)).written).toEqual([]);
    expect(model.eventsOf('rendered')).toHaveLength(1);
    edit(model.directory, 'name: mqStore', 'name: other');
    await model.open();
    const differing = (await checkRendered(model.cluster)).map(({ state }) => state);
    expect(differing.length).toBeGreaterThan(0);
    expect(new Set(differing)).toEqual(new Set(['outdated']));
    const { written } = await renderFiles(model.cluster, false);
    expect(written).toHaveLength(differing.length);
  });

  it('are refused where a person has edited one, and nothing is written', async () => {
    const model = await rendered();
    spoil(model);
    rmSync(join(model.cluster.layout.node('mq02').conf, 'activemq.xml'));
    const before = readFileSync(xmlOf(model), 'utf8');
    await expect(renderFiles(model.cluster, false)).rejects.toMatchObject({ code: 'edited-file' });
    await expect(refuseEditedFiles(model.cluster)).rejects.toMatchObject({ code: 'edited-file' });
    await expect(refuseUnstartable(model.cluster)).rejects.toMatchObject({ code: 'edited-file' });
    expect(readFileSync(xmlOf(model), 'utf8')).toBe(before);
    expect(existsSync(join(model.cluster.layout.node('mq02').conf, 'activemq.xml'))).toBe(false);
    const { written, kept } = await renderFiles(model.cluster, true);
    expect(written).toHaveLength(2);
    expect(kept).toHaveLength(1);
    expect(readFileSync(join(model.directory, kept[0] ?? ''), 'utf8')).toBe(before);
    expect(model.eventsOf('rendered')).toMatchObject([{ written: 2, kept }]);
  });

  it('come with a warning where the heaps of this machine cannot all be filled', async () => {
    const model = await rendered();
    edit(model.directory, /heap: \w+/, 'heap: 9000g');
    await renderFiles(await model.open(), true);
    expect(model.warnings().join()).toContain('java.heap is 9216000m for each of 3 brokers');
    model.events.length = 0;
    edit(model.directory, /heap: \w+/, 'heap: 128m');
    await renderFiles(await model.open(), true);
    expect(model.warnings().join()).not.toContain('java.heap');
  });
});

describe('a directory that lies elsewhere', () => {
  it('is accepted with --yes alone, and is the same cluster where it was moved', async () => {
    const model = await rendered();
    const { id } = model.cluster;
    const moved = await elsewhere(model, 'moved');
    await expect(renderFiles(moved, false)).rejects.toMatchObject({ code: 'cluster-moved' });
    await expect(checkRendered(moved)).rejects.toMatchObject({ code: 'cluster-moved' });
    await expect(refuseUnstartable(moved)).rejects.toMatchObject({ code: 'cluster-moved' });
    expect((await renderFiles(moved, true)).cluster.id).toBe(id);
    await renderFiles(await openCluster(moved.layout.directory, moved.host), false);
    cleanups.pop()?.();
  });

  it('is a cluster of its own where it was copied: with another id, and nodes of their own', async () => {
    const model = await Model.serving();
    const copied = await elsewhere(model, 'copied');
    const nodeId = ({ layout }: Cluster) => join(layout.node('mq02').data, 'storedb', 'nodeid.txt');
    expect(existsSync(nodeId(copied))).toBe(true);
    // What runs is that of the old directory, under whatever name: it is in nobody's way.
    const { cluster } = await renderFiles(copied, true);
    expect(cluster.id).not.toBe(model.cluster.id);
    expect(existsSync(nodeId(copied))).toBe(false);
    expect(existsSync(nodeId(model.cluster))).toBe(true);
    cleanups.pop()?.();
  });
});

describe('the account and the password of a cluster', () => {
  it('are made anew where they are gone and nothing runs with them', async () => {
    const model = await rendered();
    const before = readFileSync(credentialsOf(model), 'utf8');
    rmSync(credentialsOf(model));
    await renderFiles(await model.open(), true);
    expect(readFileSync(credentialsOf(model), 'utf8')).not.toBe(before);
  });

  it('are missed where brokers run with them: with others nobody could ask those', async () => {
    const model = await Model.serving();
    model.kill('mq03');
    const text = readFileSync(credentialsOf(model), 'utf8');
    rmSync(credentialsOf(model));
    const lost = await model.open();
    await expect(renderFiles(lost, true)).rejects.toMatchObject({
      code: 'credentials-missing',
      message: expect.stringMatching(
        /^the account and the token are gone .*mq01, mq02 runs/,
      ) as string,
      hint: expect.stringContaining('`mqha env`') as string,
    });
    const kept = { ...(JSON.parse(text) as object), zookeeperPassword: undefined };
    writeFileSync(credentialsOf(model), JSON.stringify(kept));
    await expect(renderFiles(await model.open(), true)).rejects.toMatchObject({
      code: 'credentials-missing',
      message: expect.stringMatching(
        /^the password for ZooKeeper is gone .*mq01, mq02 runs/,
      ) as string,
    });
    // Those of an earlier mqha know of none.
    const running = new Map([['mq01', { argv: [] } as unknown as ProcessInfo]]);
    const findAll = () => Promise.resolve(running);
    const registry = Object.assign(Object.create(model.cluster.registry) as Cluster['registry'], {
      findAll,
      all: () => Promise.resolve([]),
    });
    expect(await checkRendered({ ...model.cluster, registry })).not.toEqual([]);
  });
});

describe('an authority of the cluster', () => {
  it('is not made anew while brokers run with what it has certified', async () => {
    const model = await rendered();
    const secured: Cluster = {
      ...model.cluster,
      config: {
        ...model.cluster.config,
        tls: { clientCertificates: 'optional', certificates: 'generated' },
      },
    };
    const argv = ['-Dmqha.settings=tls=true'];
    const running = (...names: string[]): Cluster => ({
      ...secured,
      registry: {
        findAll: () => Promise.resolve(new Map(names.map((name) => [name, { argv }]))),
      } as unknown as Cluster['registry'],
    });
    await expect(makeCertificates(running('mq01'))).rejects.toMatchObject({
      code: 'certificates-missing',
      message: expect.stringContaining('mq01 runs with what it has certified') as string,
    });
    await expect(makeCertificates(running('mq01', 'mq02'))).rejects.toThrow('mq01, mq02 run with');
    expect(existsSync(secured.layout.pki)).toBe(false);
    await makeCertificates({ ...running('mq01'), config: model.cluster.config });
    expect(model.eventsOf('certificates-made')).toEqual([]);
  });
});

describe('the directories of a process', () => {
  it('are its own, and what a killed one has left in tmp is gone', async () => {
    const model = await rendered();
    const directories = model.cluster.layout.node('mq01');
    mkdirSync(directories.tmp, { recursive: true });
    writeFileSync(join(directories.tmp, 'libleveldbjni.so'), '');
    await ensureProcessDirectories(directories);
    expect(existsSync(join(directories.tmp, 'libleveldbjni.so'))).toBe(false);
    for (const path of [directories.conf, directories.data]) {
      expect(statSync(path).mode & 0o777).toBe(0o700);
    }
    for (const path of [directories.log, directories.tmp]) expect(existsSync(path)).toBe(true);
  });
});

describe('a plan of a start', () => {
  const preparedOf = async ({ cluster }: Model) => prepareRuntime(cluster.host, {});
  const markersOf = async (model: Model, name: string) => {
    const { steps } = await planStart(model.cluster, await preparedOf(model), model.nodes());
    const brokers = steps.flatMap((step) => (step.kind === 'brokers' ? step.brokers : []));
    return brokers.find(({ node }) => node.name === name)?.launch.argv ?? [];
  };

  it('has one step after the other, and of those that run nothing', async () => {
    const model = await Model.serving();
    const prepared = await preparedOf(model);
    const all = await planStart(model.cluster, prepared, model.nodes());
    expect(all.steps.map(({ kind }) => kind)).toEqual(['render', 'zookeeper']);
    expect(all.steps[1]).toMatchObject({ launch: undefined });
    model.kill('mq02');
    const { running, steps } = await planStart(model.cluster, prepared, model.nodes());
    expect(running.map(({ name }) => name)).toEqual(['zookeeper', 'mq01', 'mq03']);
    expect(steps.map(({ kind }) => kind)).toEqual(['render', 'stores', 'zookeeper', 'brokers']);
    expect(steps[1]).toMatchObject({ nodes: [{ name: 'mq02' }] });
  });

  it('closes the znodes of brokers, unless one may run that does not know the password', async () => {
    const model = await Model.serving();
    model.kill('mq02');
    expect(await markersOf(model, 'mq02')).toContain('-Dmqha.znodes=closed');
    const { argv } = model.of('mq01');
    const old = argv.filter((word) => !word.startsWith('-Dmqha.settings='));
    (model.of('mq01') as { argv: readonly string[] }).argv = old;
    expect(await markersOf(model, 'mq02')).toContain('-Dmqha.znodes=as-parent');
  });

  it('gives each the replicas that are in force for it', async () => {
    const model = await Model.serving();
    model.kill('mq02');
    const sizes = { mq01: 3, mq02: 1, mq03: 3 };
    const prepared = await preparedOf(model);
    const { steps } = await planStart(model.cluster, prepared, model.nodes(), sizes);
    const brokers = steps.flatMap((step) => (step.kind === 'brokers' ? step.brokers : []));
    expect(brokers[0]?.launch.argv).toContain('-Dmqha.replicas=1');
  });

  it('asks for the ports of what does not run, and no others', async () => {
    const model = await Model.serving();
    const [mq01, mq02] = model.nodes();
    const [server] = model.cluster.config.zookeeper.servers;
    for (const port of [mq01?.webPort, server?.port]) model.behaviour.held.set(port ?? 0, 'taken');
    await refuseHeldPorts(model.cluster, model.nodes());
    model.kill('zookeeper');
    await expect(refuseHeldPorts(model.cluster, [])).rejects.toThrow('of the managed ZooKeeper');
    model.behaviour.held.clear();
    model.behaviour.held.set(mq02?.replicationPort ?? 0, 'no-address');
    await refuseHeldPorts(model.cluster, model.nodes());
    model.kill('mq02');
    await expect(refuseHeldPorts(model.cluster, model.nodes())).rejects.toMatchObject({
      code: 'address-missing',
      message: expect.stringContaining('the replicationPort of mq02') as string,
    });
  });
});

describe('a preview of a start', () => {
  const sizes = { mq01: 3, mq02: 3, mq03: 3 };

  it('of a cluster that was never rendered names every file, and makes none', async () => {
    const model = await Model.of();
    const plan = await previewStart(model.cluster, model.nodes(), sizes);
    expect(plan).toMatchObject({ running: [], install: false });
    expect(plan.render).toContain('nodes/mq01/conf/activemq.xml');
    expect(plan.start.map(({ name }) => name)).toEqual(['zookeeper', 'mq01', 'mq02', 'mq03']);
    expect(plan.start[1]).toMatchObject({
      cwd: model.cluster.layout.node('mq01').base,
      command: join(model.env.JAVA_HOME ?? '', 'bin', 'java'),
    });
    expect(new Set(plan.steps.map(({ kind }) => kind))).toEqual(
      new Set(['render', 'stores', 'zookeeper', 'brokers']),
    );
    expect(existsSync(model.cluster.layout.state)).toBe(false);
    expect(model.done).toEqual([]);
  });

  it('begins with the installation where the cache is empty, which says the class path', async () => {
    const model = await Model.of();
    const env = { ...model.env, MQHA_CACHE: join(model.directory, 'empty') };
    const cluster = { ...model.cluster, host: { ...model.cluster.host, env } };
    const plan = await previewStart(cluster, model.nodes(), sizes);
    expect(plan.install).toBe(true);
    expect(plan.steps[0]?.kind).toBe('install');
    expect(JSON.stringify(plan.start)).toContain('<cache>');
    expect(existsSync(env.MQHA_CACHE)).toBe(false);
  });

  it('names what runs, and refuses what the start would refuse', async () => {
    const model = await Model.serving();
    model.kill('mq03');
    const { running } = await previewStart(model.cluster, model.nodes(), sizes);
    expect(running).toContainEqual({ name: 'mq01', pid: model.of('mq01').pid });
    model.behaviour.held.set(model.nodes()[2]?.webPort ?? 0, 'taken');
    await expect(previewStart(model.cluster, model.nodes(), sizes)).rejects.toMatchObject({
      code: 'port-taken',
    });
    edit(model.directory, 'name: mqStore', 'name: other');
    await expect(previewStart(await model.open(), model.nodes(), sizes)).rejects.toMatchObject({
      code: 'name-changed',
    });
    await expect(refuseEditedFiles(model.cluster)).rejects.toMatchObject({ code: 'name-changed' });
  });
});
