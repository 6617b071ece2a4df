import type { Observation } from '../observe/observation.js';
import { valueOf, type Reading } from '../observe/reading.js';
import { membersOf, type Election } from '../stores/election.js';

/** What was done, and to which cluster. Names are those of nodes. */
export interface Kill {
  readonly killed: readonly string[];
  /** The other nodes of the cluster. */
  readonly left: readonly string[];
  /** Who was master before. */
  readonly master: string | null;
  /** How many members the others need. */
  readonly quorum: number;
  /** When the signals were sent, in milliseconds of the steady clock. */
  readonly began: number;
}

/** What is known of the time since a kill. */
export interface Followed {
  /** Whether clients have been without a master. */
  readonly interrupted: boolean;
  /** Who lets clients in, and how long after the kill that was seen. */
  readonly opened: { readonly name: string; readonly ms: number } | undefined;
}

/** What a kill has led to. */
export interface Outcome {
  /** Who took over; null where there was no failover. */
  readonly newMaster: string | null;
  readonly failoverMs: number | null;
}

export const NO_FAILOVER: Outcome = { newMaster: null, failoverMs: null };

/** A master that is left may be demoted with the elector, so an interruption is looked for, not assumed. */
export function beginFollowing(kill: Kill): Followed {
  return { interrupted: survivor(kill) === undefined, opened: undefined };
}

/** Who is to be asked whether it lets clients in; undefined where nobody is, or that is known. */
export function toAsk(
  kill: Kill,
  followed: Followed,
  election: Reading<Election>,
): string | undefined {
  const known = valueOf(election);
  if (!known) return undefined;
  const name = candidate(kill, followed, known);
  return known.master && followed.opened?.name === name ? undefined : name;
}

/**
 * What follows from a look at the cluster: the killed have left ZooKeeper and a master lets clients in, or quorum is gone.
 * @param seen with the election, and with the port of the one that is to be asked
 * @param now when the look was done, in milliseconds of the steady clock
 */
export function follow(
  kill: Kill,
  before: Followed,
  seen: Observation,
  now: number,
): { readonly known: Followed; readonly outcome?: Outcome } {
  const election = valueOf(seen.election);
  if (!election) return { known: before };
  const known = takeIn(kill, before, seen, election, now);
  const { interrupted, opened } = known;
  if (kill.killed.some((name) => membersOf(election, name).length > 0)) return { known };
  if (election.master && opened) {
    const failover = { newMaster: opened.name, failoverMs: opened.ms };
    return { known, outcome: interrupted ? failover : NO_FAILOVER };
  }
  return election.members.length < kill.quorum ? { known, outcome: NO_FAILOVER } : { known };
}

function takeIn(
  kill: Kill,
  before: Followed,
  seen: Observation,
  election: Election,
  now: number,
): Followed {
  const name = candidate(kill, before, election);
  if (election.master && before.opened?.name === name) {
    return { ...before, interrupted: before.interrupted || !before.opened };
  }
  const node = seen.nodes.find((one) => one.node.name === name);
  const lets = node !== undefined && valueOf(node.accepting) === true;
  const stayed = lets && name === last(kill, before);
  const fresh = lets ? { name: node.node.name, ms: Math.round(now - kill.began) } : undefined;
  const opened = stayed && before.opened ? before.opened : fresh;
  return { interrupted: before.interrupted || !stayed, opened };
}

/** A new elector says nothing at first, and the master that was there goes on meanwhile. */
function candidate(kill: Kill, followed: Followed, { master }: Election): string | undefined {
  if (!master) return last(kill, followed);
  return kill.left.find((name) => name === master.container);
}

/** Who lets clients in, as far as is known. */
function last(kill: Kill, { opened }: Followed): string | undefined {
  return opened?.name ?? survivor(kill);
}

/** The master that was there before, where it was not killed. */
function survivor({ left, master }: Kill): string | undefined {
  return left.find((name) => name === master);
}
