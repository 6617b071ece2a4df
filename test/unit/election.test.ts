import { describe, expect, it } from 'vitest';
import { membersOf, phaseOf, vetoing } from '../../src/stores/election.js';
import { readElection } from '../../src/stores/replicated-leveldb/election/read-election.js';
import type { Znode } from '../../src/stores/replicated-leveldb/election/members.js';

interface Data {
  readonly container?: string;
  readonly address?: string | null;
  readonly position?: number;
  readonly elected?: string | null;
  readonly id?: string;
}

/** A znode as recorded from a real cluster. */
const znode = (sequence: number, data: Data): Znode => ({
  name: `0${String(sequence).padStart(10, '0')}`,
  session: '0100002e4bd90002',
  data: JSON.stringify({
    id: 'mqStore',
    container: 'mq01',
    address: null,
    position: -1,
    weight: 1,
    elected: null,
    ...data,
  }),
});

describe('an election', () => {
  it('takes the master from the elector’s elected, not from the lowest znode', () => {
    const election = readElection(
      [
        znode(2, { container: 'mq02', address: 'tcp://127.0.0.2:61600', elected: '0000000000' }),
        znode(1, { container: 'mq01', elected: '0000000002' }),
        znode(3, { container: 'mq03' }),
      ],
      'mqStore',
    );
    expect(election.elector?.container).toBe('mq01');
    expect(election.master?.container).toBe('mq02');
    expect(election.members.map((member) => phaseOf(member, election))).toEqual([
      'slave',
      'master',
      'slave',
    ]);
  });

  it('has no master while the elected one is gone', () => {
    const election = readElection([znode(1, { elected: '0000000009' })], 'mqStore');
    expect(election.master).toBeUndefined();
  });

  it('calls an elected member without an address promoting', () => {
    const election = readElection([znode(1, { elected: '0000000001' })], 'mqStore');
    expect(election.master && phaseOf(election.master, election)).toBe('promoting');
  });

  it('leaves out foreign members and what is no member', () => {
    const election = readElection(
      [znode(1, {}), znode(2, { id: 'other' }), { name: 'lock', data: '', session: '' }],
      'mqStore',
    );
    expect(election.members).toHaveLength(1);
    expect(election.foreign).toEqual(['00000000002', 'lock']);
  });

  it('knows who holds it up', () => {
    const waiting = readElection(
      [znode(1, { position: 100 }), znode(2, { container: 'mq02', position: -1 })],
      'mqStore',
    );
    expect(vetoing(waiting, 2).map((member) => member.container)).toEqual(['mq02']);
    expect(vetoing(waiting, 3)).toEqual([]);
  });

  it('sees both znodes of a node that came back within its session', () => {
    const election = readElection([znode(1, {}), znode(4, {})], 'mqStore');
    expect(membersOf(election, 'mq01').map((member) => member.znode)).toEqual([
      '00000000001',
      '00000000004',
    ]);
  });

  it('of one elects itself', () => {
    const election = readElection(
      [znode(0, { address: 'tcp://127.0.0.1:61600', elected: '0000000000' })],
      'mqStore',
    );
    expect(election.elector).toBe(election.master);
    expect(election.master && phaseOf(election.master, election)).toBe('master');
  });

  it('is of nobody without members', () => {
    const nobody = { members: [], foreign: [], elector: undefined, master: undefined };
    expect(readElection([], 'mqStore')).toEqual(nobody);
    expect(readElection([znode(0, {})], 'other')).toEqual({
      ...nobody,
      foreign: ['00000000000'],
    });
  });

  it('sorts its members, in whatever order they come', () => {
    const election = readElection([znode(12, {}), znode(3, {}), znode(100, {})], 'mqStore');
    expect(election.members.map((member) => member.znode)).toEqual([
      '00000000003',
      '00000000012',
      '00000000100',
    ]);
    expect(election.elector?.znode).toBe('00000000003');
  });

  it('takes what another than the elector elected earlier for nothing', () => {
    const election = readElection(
      [znode(0, {}), znode(1, { address: 'tcp://127.0.0.2:61600', elected: '0000000001' })],
      'mqStore',
    );
    expect(election.master).toBeUndefined();
    expect(election.members.map((member) => phaseOf(member, election))).toEqual([
      'electing',
      'electing',
    ]);
  });

  it('is held up by nobody once it is decided', () => {
    const decided = readElection([znode(0, { elected: '0000000000' }), znode(1, {})], 'mqStore');
    expect(vetoing(decided, 2)).toEqual([]);
  });
});
