import { describe, expect, it, vi } from 'vitest';
import type { ProcessInfo } from '../../src/agents/process.js';
import type { ClusterConfig } from '../../src/config/schema.js';
import { Deadline } from '../../src/lib/time.js';
import { areClosed, closeZnodes } from '../../src/operations/close-znodes.js';
import type { ClusterEvent } from '../../src/state/progress.js';
import type { Cluster } from '../../src/state/cluster.js';
import type { Coordination, Protection } from '../../src/stores/coordination.js';
import type { Znode } from '../../src/stores/replicated-leveldb/election/members.js';
import { settingMarkers } from '../../src/stores/settings.js';
import { clusterOf, config, coordinationOf, external, SERVED, znode } from './scenes.js';

/** A broker that an mqha without passwords has started. */
const OLD: readonly string[] = [];

interface Scene {
  readonly of?: ClusterConfig;
  /** The command of each that runs; without it all do, with the settings of mqha.yaml. */
  readonly running?: Readonly<Record<string, readonly string[]>>;
  readonly znodes?: readonly Znode[];
  readonly unproven?: readonly string[];
  readonly closed?: boolean;
  readonly state?: Protection['state'];
  /** Whether what is to be removed is still there. */
  readonly there?: boolean;
}

async function close({ of = config, running, znodes = SERVED, unproven = [], ...scene }: Scene) {
  const names = of.nodes.map(({ name }) => name);
  const commands =
    running ?? Object.fromEntries(names.map((name) => [name, settingMarkers(of, name)]));
  const processes = new Map(
    Object.entries(commands).map(([name, argv], pid): [string, ProcessInfo] => [
      name,
      { pid, startTime: '1', argv, suspended: false },
    ]),
  );
  const protect = vi.fn<Coordination['protect']>((whole) =>
    Promise.resolve({ closed: whole && (scene.closed ?? true), unproven }),
  );
  const release = vi.fn<Coordination['release']>(() => Promise.resolve(scene.there ?? true));
  const open = vi.fn<Coordination['open']>(() => Promise.resolve());
  const coordination: Coordination = {
    ...coordinationOf(() => Promise.resolve(znodes), release),
    protection: (deadline) => protection(deadline),
    protect,
    open,
  };
  const opened = clusterOf(of);
  const warnings: string[] = [];
  const emit = (event: ClusterEvent) => {
    if (event.type === 'warning') warnings.push(event.message);
  };
  const protection = vi.fn<Coordination['protection']>(() =>
    Promise.resolve({ state: scene.state ?? 'open', unproven }),
  );
  const cluster = {
    ...opened,
    host: { ...opened.host, emit },
    coordination,
    registry: { findAll: () => Promise.resolve(processes) },
  } as unknown as Cluster;
  const kept = await closeZnodes(cluster, Deadline.in(1000));
  return {
    kept,
    isClosed: areClosed(kept),
    whole: protect.mock.calls.map(([asked]) => asked),
    removed: release.mock.calls.map(([member]) => member.znode),
    opened: open.mock.calls.length > 0,
    asked: protection.mock.calls.length > 0,
    warnings,
  };
}

describe('the znodes of a cluster', () => {
  it('are closed where every broker that runs knows the password, or none runs', async () => {
    expect(await close({})).toMatchObject({ isClosed: true, whole: [true], removed: [] });
    expect(await close({ running: {}, znodes: [] })).toMatchObject({ isClosed: true });
  });

  it('stay open while one runs that an earlier mqha has started', async () => {
    const running = { mq01: settingMarkers(config, 'mq01'), mq02: OLD };
    const { kept, whole, removed } = await close({ running, unproven: ['00000000002'] });
    expect(kept.nodes).toEqual(['mq02']);
    expect(whole).toEqual([false]);
    expect(removed).toEqual([]);
  });

  it('stay open while a node elsewhere is not seen to know it', async () => {
    const [first, second, third] = config.nodes;
    if (!first || !second || !third) throw new Error('three nodes');
    const of = { ...external, nodes: [first, second, { ...third, host: '192.0.2.3' }] };
    const running = { mq01: settingMarkers(of, 'mq01'), mq02: settingMarkers(of, 'mq02') };
    const old = await close({ of, running, unproven: ['00000000003'] });
    expect(old.kept.nodes).toEqual(['mq03']);
    const absent = await close({ of, running, znodes: SERVED.slice(0, 2) });
    expect(absent.kept.nodes).toEqual(['mq03']);
    expect(await close({ of, running })).toMatchObject({ isClosed: true });
    expect(await close({ of, running: {}, znodes: [] })).toMatchObject({ isClosed: true });
  });

  it('of an ensemble stay open where others have something there, or own them', async () => {
    const znodes = [...SERVED, znode(9, 'a', { id: 'other' })];
    expect((await close({ of: external, znodes })).kept.foreign).toEqual(['00000000009']);
    expect((await close({ of: external, closed: false })).kept.owned).toBe(true);
  });

  it('that a stranger has made are removed from a managed server, and from no other', async () => {
    const znodes = [...SERVED, znode(8, 'mq77'), znode(9, 'mq01'), znode(4, null)];
    const unproven = ['00000000008', '00000000009', '00000000004', '00000000002', 'x'];
    const { removed } = await close({ znodes, unproven });
    // mq02 has no other: its broker knows the password, and may lack the patch of the store.
    expect(removed).toEqual(['00000000008', '00000000009', '00000000004', 'x']);
    expect((await close({ of: external, znodes: SERVED, unproven })).removed).toEqual([]);
  });

  it('that were removed are told, with the name that they had; what has gone by itself is not', async () => {
    const znodes = [...SERVED, znode(8, 'mq77'), znode(4, null)];
    const unproven = ['00000000008', '00000000004'];
    const { warnings } = await close({ znodes, unproven });
    expect(warnings).toEqual([
      'removed the znode /activemq/mqstores/00000000008 (container "mq77"): whoever made it did not know the password of this cluster',
      'removed the znode /activemq/mqstores/00000000004: whoever made it did not know the password of this cluster',
    ]);
    expect((await close({ znodes, unproven, there: false })).warnings).toEqual([]);
  });

  it('of a node that has several count as its own only where all know the password', async () => {
    const [first, second, third] = config.nodes;
    if (!first || !second || !third) throw new Error('three nodes');
    const of = { ...external, nodes: [first, second, { ...third, host: '192.0.2.3' }] };
    const running = { mq01: settingMarkers(of, 'mq01'), mq02: settingMarkers(of, 'mq02') };
    const znodes = [...SERVED, znode(4, 'mq03')];
    const { kept, isClosed } = await close({ of, running, znodes, unproven: ['00000000004'] });
    expect(kept.nodes).toEqual(['mq03']);
    expect(isClosed).toBe(false);
  });

  it('of a server of our own are closed without a question, and else once they are seen to be open', async () => {
    expect((await close({})).asked).toBe(false);
    expect((await close({ of: external })).asked).toBe(true);
    const znodes = [...SERVED, znode(9, 'a', { id: 'other' })];
    // Those of others are a matter only while the znodes are open to them.
    const { isClosed } = await close({ of: external, znodes, state: 'closed' });
    expect(isClosed).toBe(true);
  });

  it('are closed where nobody keeps them open', () => {
    const nobody = { nodes: [], supervisor: false, foreign: [], owned: false };
    expect(areClosed(nobody)).toBe(true);
    for (const one of [
      { nodes: ['a'] },
      { supervisor: true },
      { foreign: ['a'] },
      { owned: true },
    ]) {
      expect(areClosed({ ...nobody, ...one })).toBe(false);
    }
  });

  it('are opened again for brokers that do not authenticate, while none runs', async () => {
    const zookeeper = { ...config.zookeeper, authentication: 'none' } as const;
    const of = { ...config, zookeeper };
    expect(await close({ of, running: {} })).toMatchObject({ opened: true, whole: [] });
    expect(await close({ of })).toMatchObject({ opened: false, whole: [] });
  });
});
