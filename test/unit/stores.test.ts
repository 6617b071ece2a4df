import type { ClusterEvent } from '../../src/state/progress.js';
import { identityOf } from '../../src/certificates/identity.js';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { thisHost, type Cluster } from '../../src/state/cluster.js';
import { forgetCopies } from '../../src/state/copies.js';
import { settleStores } from '../../src/operations/start/stores.js';
import { portTable } from '../../src/config/defaults.js';
import { layoutOf } from '../../src/config/layout.js';
import { Journal } from '../../src/state/journal/journal.js';
import { localAgent } from '../../src/agents/local/local-agent.js';
import { ProcessRegistry } from '../../src/agents/local/registry.js';
import type { ProcessTable } from '../../src/agents/local/table.js';
import { replicatedLevelDb } from '../../src/stores/replicated-leveldb/index.js';
import type { Znode } from '../../src/stores/replicated-leveldb/election/members.js';
import { hex, makeStore, type MadeStore } from '../support/stores.js';
import { temporaryDirectory } from '../support/temp.js';
import { coordinationOf, SERVED, znode } from './scenes.js';

const config = await portTable({ nodes: 3 }, () => Promise.resolve(true));

const nobody: ProcessTable = {
  bootId: () => Promise.resolve('boot'),
  get: () => Promise.resolve(undefined),
  list: () => Promise.resolve([]),
};

const tells = (znodes?: readonly Znode[]) =>
  coordinationOf(() =>
    znodes ? Promise.resolve(znodes) : Promise.reject(new Error('it does not run')),
  );

const ALIVE = { pid: 1, startTime: '1', argv: [], suspended: false };
const FILES = [['a', 'b'], ['c'], ['d']];
const SHORT = [['a']];

let cluster: Cluster;
let events: ClusterEvent[];

beforeEach(() => {
  const layout = layoutOf(temporaryDirectory());
  mkdirSync(layout.state, { recursive: true });
  const registry = new ProcessRegistry(layout.state, 'id', nobody);
  const journal = new Journal(layout.state);
  events = [];
  const host = thisHost({ emit: (event) => void events.push(event) });
  cluster = {
    config,
    layout,
    id: 'id',
    registry,
    here: localAgent(registry),
    store: replicatedLevelDb,
    tls: identityOf(layout),
    coordination: tells(),
    journal,
    account: undefined,
    host,
  };
});

const dataOf = (name: string) => cluster.layout.node(name).data;
const storeOf = (name: string, files = FILES) => makeStore(dataOf(name), files);

function damaged(name: string, files = FILES): MadeStore {
  const store = storeOf(name, files);
  rmSync(join(store.data, 'storedb', `${hex(store.positions[0] ?? 0)}.log`));
  return store;
}

const settled = (names: readonly string[], znodes?: readonly Znode[]) =>
  settleStores(
    { ...cluster, coordination: tells(znodes) },
    config.nodes.filter((node) => names.includes(node.name)),
  );
const settle = async (...asked: Parameters<typeof settled>) => (await settled(...asked)).later;

/** The log is gone, and the index tells that it was there. */
function cut(name: string): void {
  rmSync(dataOf(name), { recursive: true, force: true });
  const { data, positions } = storeOf(name);
  const last = `${hex(positions.at(-1) ?? 0)}.log`;
  rmSync(join(data, 'storedb', last));
}

const ALL = ['mq01', 'mq02', 'mq03'];
const keptOf = (name: string) =>
  existsSync(join(dataOf(name), 'stash-kept')) ? readdirSync(join(dataOf(name), 'stash-kept')) : [];

describe('the stores of nodes that are to start', () => {
  it('are left alone where they are whole, or where nobody has anything', async () => {
    expect(await settle(ALL)).toEqual(new Set());
    for (const name of ALL) storeOf(name);
    expect(await settle(ALL)).toEqual(new Set());
    expect(ALL.flatMap(keptOf)).toEqual([]);
  });

  it('are looked at without a question to a ZooKeeper that does not run, which would be waited for', async () => {
    const asked = vi.fn(() => Promise.reject(new Error('it does not run')));
    const silent = { ...cluster, coordination: coordinationOf(asked) };
    await settleStores(silent, config.nodes);
    expect(asked).not.toHaveBeenCalled();
    vi.spyOn(cluster.registry, 'find').mockResolvedValue(ALIVE);
    await settleStores(silent, config.nodes);
    expect(asked).toHaveBeenCalledOnce();
  });

  it('are set aside where a quorum of others is whole, also when those do not start now', async () => {
    const { end } = damaged('mq01');
    const further = end - storeOf('mq02', SHORT).end;
    storeOf('mq03', SHORT);
    expect(await settle(ALL)).toEqual(new Set(['mq01']));
    expect(keptOf('mq01')).toHaveLength(1);
    expect(existsSync(join(dataOf('mq01'), 'storedb'))).toBe(false);
    const [entry] = await cluster.journal.read({});
    expect(entry).toMatchObject({
      type: 'store-set-aside',
      node: 'mq01',
      why: expect.stringMatching(/goes \d+ bytes further/) as string,
    });
    expect(events).toMatchObject([
      { type: 'store-set-aside', node: 'mq01', kept: expect.stringContaining('mq01') as string },
      { type: 'warning', message: expect.stringMatching(/goes \d+ bytes further/) as string },
    ]);
    expect(entry).toMatchObject({ why: expect.stringContaining(` ${further} bytes`) as string });
  });

  it('are set aside without a warning where the others go as far', async () => {
    damaged('mq01');
    for (const name of ['mq02', 'mq03']) storeOf(name);
    await settle(ALL);
    expect(events.map(({ type }) => type)).toEqual(['store-set-aside']);
    expect(JSON.stringify(await cluster.journal.read({}))).not.toContain('further');
  });

  it('are set aside for one copy that goes as far, and kept for one that does not', async () => {
    damaged('mq01');
    damaged('mq02');
    storeOf('mq03', SHORT);
    await expect(settle(ALL)).rejects.toMatchObject({ code: 'store-damaged' });
    expect(ALL.flatMap(keptOf)).toEqual([]);
    rmSync(dataOf('mq03'), { recursive: true });
    storeOf('mq03');
    expect(await settle(ALL)).toEqual(new Set(['mq01', 'mq02']));
  });

  it('are set aside where a master is there already', async () => {
    damaged('mq01');
    // A znode that a dead master has left is none.
    await expect(settle(['mq01'], SERVED)).rejects.toMatchObject({ code: 'store-damaged' });
    vi.spyOn(cluster.registry, 'find').mockResolvedValue(ALIVE);
    expect(await settle(['mq01'], SERVED)).toEqual(new Set());
    expect(keptOf('mq01')).toHaveLength(1);
  });

  it('are kept where the master that is there is the znode of one that starts now', async () => {
    damaged('mq02');
    vi.spyOn(cluster.registry, 'find').mockResolvedValue(ALIVE);
    for (const starting of [['mq02'], ['mq02', 'mq03']]) {
      await expect(settle(starting, SERVED)).rejects.toMatchObject({ code: 'store-damaged' });
    }
    expect(keptOf('mq02')).toEqual([]);
  });

  it('are set aside where the master that is there cannot be seen from here', async () => {
    const members = (master: string) => [
      znode(1, 'mq03', { elected: '0000000002' }),
      znode(2, master, { address: 'tcp://198.51.100.2:1' }),
    ];
    vi.spyOn(cluster.registry, 'find').mockImplementation((name) =>
      Promise.resolve(name === 'zookeeper' ? ALIVE : undefined),
    );
    damaged('mq01');
    await expect(settle(['mq01'], members('mq02'))).rejects.toThrow('damaged');
    expect(await settle(['mq01'], members('mq09'))).toEqual(new Set());
    damaged('mq01');
    const nodes = config.nodes.map((node) =>
      node.name === 'mq02' ? { ...node, host: '198.51.100.2' } : node,
    );
    cluster = { ...cluster, config: { ...config, nodes } };
    expect(await settle(['mq01'], members('mq02'))).toEqual(new Set());
    expect(keptOf('mq01')).toHaveLength(2);
  });

  it('are set aside where nodes elsewhere take part and are a quorum with those here', async () => {
    const nodes = config.nodes.map((node) =>
      node.name === 'mq02' ? { ...node, host: '198.51.100.2' } : node,
    );
    cluster = { ...cluster, config: { ...config, nodes } };
    vi.spyOn(cluster.registry, 'find').mockResolvedValue(ALIVE);
    damaged('mq01');
    storeOf('mq03', SHORT);
    const only = (name: string) => [znode(1, name, { position: 5 })];
    await expect(settle(['mq01', 'mq03'], only('mq03'))).rejects.toThrow('damaged');
    await expect(settle(['mq01', 'mq03'], [])).rejects.toThrow('damaged');
    const others = [znode(1, 'mq02', { position: 5 }), znode(2, 'mq03', { position: 5 })];
    expect(await settle(['mq01', 'mq03'], others)).toEqual(new Set(['mq01']));
  });

  it('are put back where an attach was broken off, and that is told', async () => {
    const { data } = storeOf('mq01');
    const stash = join(data, 'storedb', 'stash');
    mkdirSync(stash);
    copyFileSync(join(data, 'storedb', `${hex(0)}.log`), join(stash, `${hex(0)}.log`));
    await settle(['mq01']);
    expect(events).toMatchObject([{ type: 'stash-restored', node: 'mq01' }]);
    expect(existsSync(stash)).toBe(false);
    events.length = 0;
    await settle(['mq01']);
    expect(events).toEqual([]);
  });

  it('are started as they are where a person has the broker cut off what is damaged', async () => {
    for (const name of ALL) damaged(name);
    const options = ['-Dmqha.store.cut=true'];
    cluster = { ...cluster, config: { ...config, java: { ...config.java, options } } };
    expect(await settle(ALL)).toEqual(new Set());
    for (const name of ALL) expect(keptOf(name)).toEqual([]);
  });

  it('count as whole while they are in motion, and not while their broker attaches', async () => {
    damaged('mq01');
    storeOf('mq02', SHORT);
    damaged('mq03', SHORT);
    const alive = { pid: 1, startTime: '1', argv: [], suspended: false };
    const running = new Map(['mq02', 'mq03'].map((name) => [name, alive]));
    vi.spyOn(cluster.registry, 'findAll').mockResolvedValue(running);
    // What it had is set aside while it downloads, and that is nothing.
    const stash = join(dataOf('mq03'), 'storedb', 'stash');
    mkdirSync(stash);
    await expect(settle(['mq01'])).rejects.toMatchObject({ code: 'store-damaged' });
    rmSync(stash, { recursive: true });
    expect(await settle(['mq01'])).toEqual(new Set(['mq01']));
  });

  it('keep no more copies than allowed, whoever made them', async () => {
    for (const name of ALL) storeOf(name);
    for (const time of ['1', '2', '3', '4', '5']) {
      mkdirSync(join(dataOf('mq01'), 'stash-kept', time, 'store'), { recursive: true });
    }
    await settle(['mq01']);
    expect(keptOf('mq01')).toEqual(['3', '4', '5']);
  });

  it('are neither set aside nor passed over where they cannot be read', async () => {
    mkdirSync(dataOf('mq01'), { recursive: true });
    writeFileSync(join(dataOf('mq01'), 'storedb'), '');
    for (const name of ['mq02', 'mq03']) storeOf(name);
    await expect(settle(ALL)).rejects.toMatchObject({
      code: 'no-directory',
      hint: expect.stringContaining('`mqha start mq02 mq03` starts the others') as string,
    });
    expect(await settle(['mq02', 'mq03'])).toEqual(new Set());
    // It may be the one that goes furthest.
    rmSync(dataOf('mq03'), { recursive: true });
    damaged('mq03');
    await expect(settle(['mq02', 'mq03'])).rejects.toMatchObject({ code: 'no-directory' });
    expect(ALL.flatMap(keptOf)).toEqual([]);
    // Every slave takes the log of a master.
    vi.spyOn(cluster.registry, 'find').mockResolvedValue(ALIVE);
    expect(await settle(['mq03'], SERVED)).toEqual(new Set());
    expect(keptOf('mq03')).toHaveLength(1);
  });

  it('are refused where every copy is damaged, or all others are empty', async () => {
    damaged('mq01');
    await expect(settle(ALL)).rejects.toMatchObject({ code: 'store-damaged' });
    for (const name of ['mq02', 'mq03']) damaged(name);
    await expect(settle(ALL)).rejects.toThrow(/mq01: .*is missing; mq02: .*; mq03: /);
  });

  it('wait while they are empty, and are refused without the one that goes furthest', async () => {
    storeOf('mq03');
    expect(await settle(ALL)).toEqual(new Set(['mq01', 'mq02']));
    await expect(settle(['mq01', 'mq02'])).rejects.toMatchObject({ code: 'store-empty' });
    storeOf('mq02', SHORT);
    await expect(settle(['mq01', 'mq02'])).rejects.toThrow(/mq03, whose log goes furthest/);
  });

  it('wait for the one that goes furthest where they could elect one of themselves', async () => {
    storeOf('mq01', SHORT);
    storeOf('mq02');
    storeOf('mq03', SHORT);
    expect(await settle(ALL)).toEqual(new Set(['mq01', 'mq03']));
    // One behind is no quorum, and any quorum has one that goes furthest.
    rmSync(dataOf('mq03'), { recursive: true });
    storeOf('mq03');
    expect(await settle(ALL)).toEqual(new Set());
    // It takes part already.
    vi.spyOn(cluster.registry, 'findAll').mockResolvedValue(new Map([['mq02', ALIVE]]));
    rmSync(dataOf('mq03'), { recursive: true });
    storeOf('mq03', SHORT);
    expect(await settle(['mq01', 'mq03'])).toEqual(new Set());
  });

  it('are refused without one that has what a quorum had', async () => {
    storeOf('mq01', SHORT);
    storeOf('mq02');
    storeOf('mq03', SHORT);
    await expect(settle(['mq01', 'mq03'])).rejects.toMatchObject({ code: 'store-behind' });
    await expect(settle(['mq01'])).rejects.toThrow(/only mq02 has now/);
    // Of a master it is known what its slaves had.
    const list = join(dataOf('mq02'), 'storedb', 'mqha-logs.txt');
    const text = readFileSync(list, 'utf8').replace('role slave', 'role master');
    writeFileSync(list, text);
    expect(await settle(['mq01', 'mq03'])).toEqual(new Set());
    writeFileSync(list, text.replace('committed 0', 'committed 1000000'));
    await expect(settle(['mq01', 'mq03'])).rejects.toMatchObject({ code: 'store-behind' });
    expect(await settle(ALL)).toEqual(new Set(['mq01', 'mq03']));
  });

  it('are missed where more are gone than a quorum bears, and nobody put them aside', async () => {
    for (const name of ALL) storeOf(name, name === 'mq01' ? SHORT : FILES);
    await settle(ALL);
    rmSync(dataOf('mq02'), { recursive: true });
    expect(await settle(ALL)).toEqual(new Set(['mq01', 'mq02']));
    rmSync(dataOf('mq03'), { recursive: true });
    await expect(settle(ALL)).rejects.toMatchObject({
      code: 'copies-lost',
      message: expect.stringContaining('mq02 and mq03 is gone') as string,
      hint: expect.stringContaining('`mqha start mq01`, then `mqha up`') as string,
    });
    // As the hint says; the first runs then.
    await settle(['mq01']);
    vi.spyOn(cluster.registry, 'findAll').mockResolvedValue(new Map([['mq01', ALIVE]]));
    expect(await settle(['mq02', 'mq03'])).toEqual(new Set(['mq02', 'mq03']));
    vi.restoreAllMocks();
    await forgetCopies(cluster.layout, ['mq03']);
    expect(await settle(ALL)).toEqual(new Set(['mq02', 'mq03']));
  });

  it('are missed where their log has lost its end, as those that are gone', async () => {
    for (const name of ALL) storeOf(name);
    expect((await settled(ALL)).lost).toEqual(new Set());
    cut('mq02');
    // The others are a quorum.
    expect(await settled(ALL)).toEqual({ later: new Set(['mq02']), lost: new Set(['mq02']) });
    rmSync(dataOf('mq02'), { recursive: true });
    cut('mq03');
    await expect(settle(ALL)).rejects.toMatchObject({
      code: 'copies-lost',
      message: expect.stringMatching(/mq02 and mq03 is gone.*mq03: .*\.log is missing/) as string,
    });
    // Who is there already goes on with what it has, and it is known what was lost.
    vi.spyOn(cluster.registry, 'findAll').mockResolvedValue(new Map([['mq01', ALIVE]]));
    const both = new Set(['mq02', 'mq03']);
    expect(await settled(['mq02', 'mq03'])).toEqual({ later: both, lost: both });
  });

  it('are left where they are when the start is refused for another one', async () => {
    damaged('mq01', SHORT);
    storeOf('mq02');
    storeOf('mq03', SHORT);
    await expect(settle(['mq01', 'mq03'])).rejects.toMatchObject({ code: 'store-empty' });
    expect(ALL.flatMap(keptOf)).toEqual([]);
  });

  it('are damaged where the broker found that, until they are changed', async () => {
    const log = cluster.layout.node('mq01').log;
    mkdirSync(log, { recursive: true });
    const record = { at: new Date().toISOString(), pid: 1, exitCode: 74, code: 'store-damaged' };
    writeFileSync(join(log, 'end.json'), JSON.stringify({ ...record, message: 'a message' }));
    for (const name of ALL) storeOf(name);
    const later = Date.now() / 1000 + 60;
    utimesSync(join(dataOf('mq01'), 'storedb'), later, later);
    expect(await settle(ALL)).toEqual(new Set());
    const now = Date.now() / 1000;
    utimesSync(join(dataOf('mq01'), 'storedb'), now, now);
    expect(await settle(ALL)).toEqual(new Set(['mq01']));
    expect(existsSync(join(log, 'end.json'))).toBe(false);
    expect(JSON.stringify(await cluster.journal.read({}))).toContain('damaged: a message');
  });

  it('are kept where the broker found damage that a look does not find in the others either', async () => {
    const log = cluster.layout.node('mq01').log;
    mkdirSync(log, { recursive: true });
    const at = new Date(Date.now() + 60_000).toISOString();
    const record = { at, pid: 1, exitCode: 74, code: 'store-damaged', message: 'a message' };
    writeFileSync(join(log, 'end.json'), JSON.stringify(record));
    storeOf('mq01');
    storeOf('mq03');
    // One copy that goes as far is enough only where a look has found the damage.
    await expect(settle(ALL)).rejects.toMatchObject({
      code: 'store-damaged',
      hint: expect.stringContaining('docs/stores.md') as string,
    });
  });

  it('of a large cluster may start without one that goes further: two nodes are no quorum there', async () => {
    const large = await portTable({ nodes: 5 }, () => Promise.resolve(true));
    cluster = { ...cluster, config: large };
    for (const { name } of large.nodes) storeOf(name, name === 'mq05' ? FILES : SHORT);
    const starting = large.nodes.slice(0, 4);
    const { later } = await settleStores({ ...cluster, coordination: tells() }, starting);
    expect(later).toEqual(new Set());
  });

  it('are refused with what to start as well', async () => {
    storeOf('mq03');
    const hint = expect.stringMatching(/^Start mq03 as well: `mqha up`/) as string;
    await expect(settle(['mq01', 'mq02'])).rejects.toMatchObject({
      message: expect.stringMatching(/^mq01, mq02 has no messages, and mq03/) as string,
      hint,
    });
    for (const name of ['mq01', 'mq02']) storeOf(name, SHORT);
    await expect(settle(['mq01', 'mq02'])).rejects.toMatchObject({
      message: expect.stringMatching(/^mq01, mq02 would go on without/) as string,
      hint,
    });
  });
});
