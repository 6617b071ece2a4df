import { describe, expect, it } from 'vitest';
import { readElection } from '../../../src/stores/replicated-leveldb/election/read-election.js';
import type { Znode } from '../../../src/stores/replicated-leveldb/election/members.js';
import { faultsOf, type FaultInput } from '../../../src/observe/conditions/faults.js';
import { SERVED, znode } from '../scenes.js';

const ALL = ['mq01', 'mq02', 'mq03'];

/** All three live and are members, mq02 serves, and both slaves are attached. */
function sight(
  change: Partial<FaultInput> & { readonly znodes?: readonly Znode[] } = {},
): FaultInput {
  const { znodes = SERVED, ...more } = change;
  return {
    election: readElection(znodes, 'mqStore'),
    quorum: 2,
    alive: new Set(ALL),
    suspended: new Set(),
    registered: new Set(ALL),
    serving: 'mq02',
    served: '00000000002',
    attachments: new Map([
      ['mq01', { state: 'attached', progress: 100 }],
      ['mq02', { state: 'none', progress: 100 }],
      ['mq03', { state: 'attached', progress: 100 }],
    ]),
    zookeeperSilent: false,
    ...more,
  };
}

const faults = (change: Parameters<typeof sight>[0]) =>
  faultsOf(sight(change)).map(({ name, code, detail }) => `${name} ${code} ${detail}`.trimEnd());

/** mq02 is elected and has no address yet. */
const PROMOTING = [SERVED[0], znode(2, 'mq02'), SERVED[2]].filter((one) => one !== undefined);

/** An election of these; who reported none has no position. */
const waiting = (...positions: readonly (readonly [string, number])[]) =>
  positions.map(([name, position], index) => znode(index + 1, name, { position }));

const UNDECIDED = { serving: undefined, served: undefined } as const;

describe('a whole cluster', () => {
  it('has nobody at fault', () => {
    expect(faults({})).toEqual([]);
  });

  it('that is stopped has nobody at fault', () => {
    expect(faults({ ...UNDECIDED, znodes: [], alive: new Set() })).toEqual([]);
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
    const alive = new Set(['mq01', 'mq03']);
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
    const alive = new Set(['mq01']);
    expect(faults({ ...UNDECIDED, znodes: waiting(['mq01', -1]), alive })).toEqual([]);
  });

  it('is vetoed by no dead process, of which ZooKeeper only remembers the znode', () => {
    const znodes = waiting(['mq01', 100], ['mq02', -1], ['mq03', 100]);
    const alive = new Set(['mq01', 'mq03']);
    expect(faults({ ...UNDECIDED, znodes, alive })).toEqual([]);
  });

  it('that is vetoed by a stranger is no node’s fault', () => {
    const znodes = [...waiting(['mq01', 100], ['mq02', 90], ['mq03', 90]), znode(4, null)];
    expect(faults({ ...UNDECIDED, znodes })).toEqual([]);
  });
});

describe('a slave', () => {
  it('that attaches is stuck in it, and its log is its progress', () => {
    const attachments = new Map([['mq03', { state: 'attaching' as const, progress: 4711 }]]);
    expect(faults({ attachments })).toEqual(['mq03 attach-stuck attaching 4711']);
  });

  it('that attaches and is dead is not at fault', () => {
    const attachments = new Map([['mq03', { state: 'attaching' as const, progress: 4711 }]]);
    expect(faults({ attachments, alive: new Set(['mq01', 'mq02']) })).toEqual([]);
  });

  it('that is master now attaches no more, whatever its log said last', () => {
    const attachments = new Map([['mq02', { state: 'attaching' as const, progress: 1 }]]);
    expect(faults({ attachments })).toEqual([]);
  });
});

describe('a suspended process', () => {
  it('is hung though ZooKeeper still knows it', () => {
    expect(faults({ suspended: new Set(['mq03']) })).toEqual(['mq03 hung suspended']);
  });

  it('is hung once where it is the master', () => {
    const suspended = new Set(['mq02']);
    expect(faults({ suspended, serving: undefined })).toEqual(['mq02 hung 00000000002']);
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
    expect(faults({ znodes, alive: new Set(['mq01', 'mq02']) })).toEqual([]);
  });
});

describe('ZooKeeper', () => {
  it('that is away says nothing of the brokers', () => {
    expect(faults({ ...UNDECIDED, election: undefined })).toEqual([]);
  });

  it('that is hung is the one at fault', () => {
    expect(faults({ ...UNDECIDED, election: undefined, zookeeperSilent: true })).toEqual([
      'zookeeper zookeeper-hung',
    ]);
  });
});
