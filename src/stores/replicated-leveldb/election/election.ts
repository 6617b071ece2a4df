import { parseMember, type Member, type Znode } from './members.js';

/** Where a member stands, as far as ZooKeeper alone can tell. */
export type Phase = 'electing' | 'promoting' | 'master' | 'slave';

/** The state of the election under zkPath. */
export interface Election {
  /** Members of this cluster, lowest znode first. */
  readonly members: readonly Member[];
  /** Members with another brokerName, and children that are no members. */
  readonly foreign: readonly string[];
  /** The lowest member. It decides who is master, and need not be the master itself. */
  readonly elector: Member | undefined;
  /** Whom the elector's `elected` names, while that member is there. */
  readonly master: Member | undefined;
}

/**
 * Reads an election from the children of zkPath.
 * @param brokerName members with another one belong to another cluster
 */
export function readElection(znodes: readonly Znode[], brokerName: string): Election {
  const foreign: string[] = [];
  const members: Member[] = [];
  for (const znode of znodes) {
    const member = parseMember(znode);
    if (member?.id === brokerName) members.push(member);
    else foreign.push(znode.name);
  }
  members.sort((a, b) => (a.znode < b.znode ? -1 : 1));
  const [elector] = members;
  const elected = elector?.elected ?? null;
  return {
    members,
    foreign,
    elector,
    master: elected === null ? undefined : members.find((m) => m.znode === `0${elected}`),
  };
}

/** The phase of one member of an election. */
export function phaseOf(member: Member, election: Election): Phase {
  if (election.master === undefined) return 'electing';
  if (election.master !== member) return 'slave';
  return member.address === null ? 'promoting' : 'master';
}

/** The members of a node; more than one while an earlier process of it has not expired yet. */
export function membersOf(election: Election, node: string): Member[] {
  return election.members.filter((member) => member.container === node);
}

/**
 * The members that hold an election up: it is waiting although quorum is there, because these have
 * not reported a position (replicated/MasterElector.scala elects only when all have).
 */
export function vetoing(election: Election, quorum: number): Member[] {
  if (election.master !== undefined || election.members.length < quorum) return [];
  return election.members.filter((member) => member.position < 0);
}
