import { describe, expect, it } from 'vitest';
import { readElection } from '../../../src/stores/replicated-leveldb/election/read-election.js';
import type { Znode } from '../../../src/stores/replicated-leveldb/election/members.js';
import { faultsOf, type Memory } from '../../../src/observe/conditions/faults.js';
import { settingMarkers } from '../../../src/stores/settings.js';
import { SERVED, znode } from '../scenes.js';
import { allRunning, CONFIG, NODES, running, whole, type View } from './decisions.js';

interface Change extends Partial<Memory>, Pick<Partial<View>, 'serving' | 'zookeeperSilent'> {
  /** Undefined: ZooKeeper does not answer. */
  readonly znodes?: readonly Znode[] | undefined;
  /** The nodes whose process lives. */
  readonly alive?: readonly string[];
  readonly suspended?: string;
  /** The nodes that were started under another name. */
  readonly renamed?: readonly string[];
  /** How far they have attached; all have without this. */
  readonly attachments?: Readonly<Record<string, 'attaching' | 'none'>>;
}

/** All three live and are members, mq02 serves, and both slaves are attached, but for what is changed. */
function faults(change: Change): string[] {
  const { alive = NODES, registered = new Set(NODES), suspended, attachments = {} } = change;
  const old = { ...CONFIG, name: 'old' };
  const argvOf = (name: string) =>
    change.renamed?.includes(name) === true ? settingMarkers(old, name) : [];
  const znodes = 'znodes' in change ? change.znodes : SERVED;
  const attached = { mq01: 'attached', mq02: 'none', mq03: 'attached', ...attachments } as const;
  const seen = whole(0, {
    serving: 'serving' in change ? change.serving : 'mq02',
    zookeeperSilent: change.zookeeperSilent ?? false,
    election: znodes && readElection(znodes, 'mqStore'),
    processes: new Map(
      [...allRunning()]
        .filter(([name]) => name === 'zookeeper' || alive.includes(name))
        .map(([name, { pid }]) => [
          name,
          { ...running(pid, name === suspended), argv: argvOf(name) },
        ]),
    ),
    attachments: new Map(
      Object.entries(attached).map(([name, state]) => [
        name,
        { state, progress: 4711, lagBytes: undefined },
      ]),
    ),
  });
  const served = 'served' in change ? change.served : '00000000002';
  return faultsOf(CONFIG, seen, { registered, served }).map(({ name, code, detail }) =>
    `${name} ${code} ${detail}`.trimEnd(),
  );
}

/** mq02 is elected and has no address yet. */
const PROMOTING = [SERVED[0], znode(2, 'mq02'), SERVED[2]].filter((one) => one !== undefined);

/** An election of these; who reported none has no position. */
const waiting = (...positions: readonly (readonly [string, number])[]) =>
  positions.map(([name, position], index) => znode(index + 1, name, { position }));

const UNDECIDED = { serving: undefined, served: undefined } as const;

describe('a broker that was started under another name', () => {
  it('is no member of this one, and not at fault for that', () => {
    const znodes = SERVED.slice(0, 2);
    expect(faults({ znodes })).toEqual(['mq03 not-a-member']);
    expect(faults({ znodes, renamed: ['mq03'] })).toEqual([]);
    expect(faults({ znodes, renamed: ['mq01'] })).toEqual(['mq03 not-a-member']);
    expect(faults({ znodes, renamed: ['mq03'], suspended: 'mq03' })).toEqual([
      'mq03 hung suspended',
    ]);
  });
});

describe('a whole cluster', () => {
  it('has nobody at fault', () => {
    expect(faults({})).toEqual([]);
  });

  it('that is stopped has nobody at fault', () => {
    expect(faults({ ...UNDECIDED, znodes: [], alive: [] })).toEqual([]);
  });
});

describe('a master', () => {
  it('that served as this member and answers no more is hung', () => {
    expect(faults({ serving: undefined })).toEqual(['mq02 hung 00000000002']);
  });

  it('that is elected and has no address is stuck in its promotion', () => {
    expect(faults({ ...UNDECIDED, znodes: PROMOTING })).toEqual([
      'mq02 promotion-stuck 00000000002',
    ]);
  });

  it('that has an address and never served is not serving', () => {
    expect(faults(UNDECIDED)).toEqual(['mq02 not-serving 00000000002']);
  });

  it('that served as an earlier member is not hung', () => {
    expect(faults({ serving: undefined, served: '00000000000' })).toEqual([
      'mq02 not-serving 00000000002',
    ]);
  });

  it('is at fault also while another answers', () => {
    expect(faults({ serving: 'mq01' })).toEqual(['mq02 hung 00000000002']);
  });

  it('that is dead is not at fault', () => {
    const alive = ['mq01', 'mq03'];
    for (const served of ['00000000002', undefined]) {
      expect(faults({ serving: undefined, served, alive })).toEqual([]);
    }
    expect(faults({ ...UNDECIDED, znodes: PROMOTING, alive })).toEqual([]);
  });
});

describe('an election', () => {
  it('is vetoed by who reports no position, the lowest first', () => {
    const znodes = waiting(['mq01', 100], ['mq02', -1], ['mq03', -1]);
    expect(faults({ ...UNDECIDED, znodes })).toEqual(['mq02 vetoing 00000000002']);
  });

  it('is vetoed by nobody when all have reported', () => {
    const znodes = waiting(['mq01', 100], ['mq02', 90], ['mq03', 90]);
    expect(faults({ ...UNDECIDED, znodes })).toEqual([]);
  });

  it('without quorum is vetoed by nobody', () => {
    const alive = ['mq01'];
    expect(faults({ ...UNDECIDED, znodes: waiting(['mq01', -1]), alive })).toEqual([]);
  });

  it('is vetoed by no dead process, of which ZooKeeper only remembers the znode', () => {
    const znodes = waiting(['mq01', 100], ['mq02', -1], ['mq03', 100]);
    const alive = ['mq01', 'mq03'];
    expect(faults({ ...UNDECIDED, znodes, alive })).toEqual([]);
  });

  it('that is vetoed by a stranger is no node’s fault', () => {
    const znodes = [...waiting(['mq01', 100], ['mq02', 90], ['mq03', 90]), znode(4, null)];
    expect(faults({ ...UNDECIDED, znodes })).toEqual([]);
  });
});

describe('a slave', () => {
  it('that attaches is stuck in it, and its log is its progress', () => {
    const attachments = { mq03: 'attaching' } as const;
    expect(faults({ attachments })).toEqual(['mq03 attach-stuck attaching 4711']);
  });

  it('that attaches and is dead is not at fault', () => {
    const attachments = { mq03: 'attaching' } as const;
    expect(faults({ attachments, alive: ['mq01', 'mq02'] })).toEqual([]);
  });

  it('that is master now attaches no more, whatever its log said last', () => {
    const attachments = { mq02: 'attaching' } as const;
    expect(faults({ attachments })).toEqual([]);
  });
});

describe('a suspended process', () => {
  it('is hung though ZooKeeper still knows it', () => {
    expect(faults({ suspended: 'mq03' })).toEqual(['mq03 hung suspended']);
  });

  it('is hung once where it is the master', () => {
    expect(faults({ suspended: 'mq02', serving: undefined })).toEqual(['mq02 hung 00000000002']);
  });
});

describe('a process that is no member', () => {
  const znodes = SERVED.filter((one) => !one.data.includes('mq03'));

  it('and was none since it was started is not registered', () => {
    expect(faults({ znodes, registered: new Set(['mq01', 'mq02']) })).toEqual([
      'mq03 not-registered',
    ]);
  });

  it('and was one is not a member any more', () => {
    expect(faults({ znodes })).toEqual(['mq03 not-a-member']);
  });

  it('and is dead is not at fault', () => {
    expect(faults({ znodes, alive: ['mq01', 'mq02'] })).toEqual([]);
  });
});

describe('ZooKeeper', () => {
  it('that is away says nothing of the brokers', () => {
    expect(faults({ ...UNDECIDED, znodes: undefined })).toEqual([]);
  });

  it('that is hung is the one at fault', () => {
    expect(faults({ ...UNDECIDED, znodes: undefined, zookeeperSilent: true })).toEqual([
      'zookeeper zookeeper-hung',
    ]);
  });
});
