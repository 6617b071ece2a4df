import { describe, expect, it } from 'vitest';
import {
  electionChanges,
  processChanges,
  type MasterSeen,
} from '../../../../src/drill/timeline/marks.js';
import { unseen, withProcesses, type Observation } from '../../../../src/observe/observation.js';
import { found, unknown } from '../../../../src/observe/reading.js';
import { readElection } from '../../../../src/stores/replicated-leveldb/election/read-election.js';
import type { Znode } from '../../../../src/stores/replicated-leveldb/election/members.js';
import { config, running, znode } from '../../scenes.js';

const NOTHING = unseen(config, () => true, 0);

/** Pids by name; undefined: none runs. */
const having = (pids: Readonly<Record<string, number | undefined>>) =>
  withProcesses(
    NOTHING,
    new Map(
      Object.entries(pids).map(([name, pid]) => [
        name,
        found(pid === undefined ? undefined : running(pid), 0),
      ]),
    ),
  );

describe('the processes of two looks', () => {
  const changes = (before: Observation, now: Observation) =>
    processChanges(before, now).map(({ kind, text }) => `${kind}: ${text}`);

  it('tell who has ended, who has come, and who gave way to another', () => {
    const before = having({ zookeeper: 9, mq01: 1, mq02: undefined, mq03: 3 });
    expect(changes(before, having({ zookeeper: undefined, mq01: 1, mq02: 2, mq03: 30 }))).toEqual([
      'process-ended: zookeeper (pid 9) ended',
      'repair: mq02 was started (pid 2)',
      'process-ended: mq03 (pid 3) ended',
      'repair: mq03 was started (pid 30)',
    ]);
  });

  it('tell nothing where one of them does not know', () => {
    expect(changes(NOTHING, having({ mq01: 1 }))).toEqual([]);
    expect(changes(having({ mq01: 1 }), NOTHING)).toEqual([]);
    expect(changes(having({ mq01: undefined }), having({ mq01: undefined }))).toEqual([]);
  });
});

describe('the elections of looks, one after the other', () => {
  const ADDRESS = 'tcp://127.0.0.1:1';
  const told = (...looks: readonly (readonly Znode[] | undefined)[]) => {
    let seen: MasterSeen = { begun: false, master: undefined };
    return looks.flatMap((znodes) => {
      const election = znodes ? found(readElection(znodes, config.name), 0) : unknown('away', 0);
      const next = electionChanges(seen, { ...NOTHING, election });
      seen = next.seen;
      return next.changes.map(({ kind, node }) => `${kind} ${node ?? '-'}`);
    });
  };
  const SERVED = [
    znode(1, 'mq01', { elected: '0000000002' }),
    znode(2, 'mq02', { address: ADDRESS }),
    znode(3, 'mq03'),
  ];

  it('tell who was elected, and who has started its store', () => {
    const elected = [znode(1, 'mq01', { elected: '0000000003' }), znode(3, 'mq03')];
    const started = [elected[0], znode(3, 'mq03', { address: ADDRESS })].filter((one) => !!one);
    expect(told(SERVED, elected, started, started)).toEqual(['election mq03', 'promotion mq03']);
    expect(told(SERVED, started)).toEqual(['election mq03', 'promotion mq03']);
  });

  it('tell nothing of who was master when they began', () => {
    expect(told(SERVED, SERVED)).toEqual([]);
    expect(told(undefined, SERVED)).toEqual([]);
  });

  it('tell nothing of a master that goes on under another elector, or without ZooKeeper', () => {
    const unnamed = [znode(2, 'mq02', { address: ADDRESS }), znode(3, 'mq03')];
    const named = [znode(2, 'mq02', { address: ADDRESS, elected: '0000000002' }), znode(3, 'mq03')];
    expect(told(SERVED, unnamed, named)).toEqual([]);
    expect(told(SERVED, undefined, SERVED)).toEqual([]);
  });

  it('tell of a master that was demoted and is elected again', () => {
    const demoted = [znode(2, 'mq02'), znode(3, 'mq03')];
    const again = [znode(2, 'mq02', { address: ADDRESS, elected: '0000000002' }), znode(3, 'mq03')];
    expect(told(SERVED, demoted, again)).toEqual(['election mq02', 'promotion mq02']);
  });
});
