/** Where a member stands, as far as the coordination alone can tell. */
export type Phase = 'electing' | 'promoting' | 'master' | 'slave';

/** A process that takes part in an election, as it says of itself; of replicatedLevelDB that stands in its znode. */
export interface Member {
  readonly znode: string;
  /** The session that holds the znode, in hexadecimal; empty where none does. */
  readonly session: string;
  /** The brokerName: members with the same one are one replication set. */
  readonly id: string;
  /** The node's name; null where the broker was not configured by mqha. */
  readonly container: string | null;
  /** Set by a master once its replication port is bound. */
  readonly address: string | null;
  /** The end of its log while an election runs, else -1. */
  readonly position: number;
  readonly weight: number;
  /** Whom the elector elected: a znode's name without its first `0`. Means nothing in other members. */
  readonly elected: string | null;
}

/** Who takes part in the election of a cluster at one moment, and who is elected. */
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
