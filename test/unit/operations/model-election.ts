import type { ClusterConfig } from '../../../src/config/schema.js';
import { readElection } from '../../../src/stores/replicated-leveldb/election/read-election.js';

/** A znode of somebody else. */
export interface Stranger {
  readonly name: string;
  readonly container: string | null;
}

/** Who takes part in an election. */
interface Members {
  /** The znodes of brokers, and those that dead ones have left. */
  readonly members: readonly { readonly container: string; readonly sequence: number }[];
  readonly strangers: readonly Stranger[];
  /** The number of the znode that is elected. */
  readonly master: number | undefined;
  /** How far the log of a node goes. */
  readonly positionOf: (name: string) => number;
}

const znodeName = (sequence: number) => `0${String(sequence).padStart(10, '0')}`;

/** The election as ZooKeeper has it: the first member says who is elected, and a master has no position. */
export function electionOf(
  { name, nodes }: ClusterConfig,
  { members, strangers, master, positionOf }: Members,
) {
  const replicates = (container: string) => {
    const node = nodes.find((one) => one.name === container);
    return `tcp://${node?.replicationHost ?? ''}:${node?.replicationPort ?? 0}`;
  };
  const znodes = members
    .toSorted((a, b) => a.sequence - b.sequence)
    .map(({ container, sequence }, index) => ({
      name: znodeName(sequence),
      session: `10000${sequence}`,
      data: JSON.stringify({
        id: name,
        container,
        address: master === sequence ? replicates(container) : null,
        position: master === undefined ? positionOf(container) : -1,
        weight: 1,
        ...(index === 0 && master !== undefined ? { elected: znodeName(master).slice(1) } : {}),
      }),
    }));
  const others = strangers.map((one) => ({
    name: one.name,
    session: 'x',
    data: JSON.stringify({ id: name, container: one.container, position: -1, weight: 1 }),
  }));
  return readElection([...znodes, ...others], name);
}
