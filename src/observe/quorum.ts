import { settingsOf } from '../stores/settings.js';
import { quorumOf } from '../config/checks.js';
import type { ClusterConfig } from '../config/schema.js';
import type { Election } from '../stores/election.js';
import type { ProcessInfo } from '../agents/process.js';
import type { Sizes } from '../state/sizes.js';
import { inForceIn, processesOf, type Observation } from './observation.js';
import { valueOf } from './reading.js';
import type { ClusterStatus } from './status.js';

/**
 * The `replicas` that decide now, as the running processes have it. What mqha.yaml says decides nothing
 * before a broker was started with it.
 */
export interface Deciding {
  /** Of the master: it acknowledges once ⌊replicas/2⌋ slaves have a message (MasterLevelDBStore.minSlaveAcks). */
  readonly serving: number;
  /** Of the elector: it elects once ⌊replicas/2⌋ + 1 members are there (MasterElector.change_listener). */
  readonly electing: number;
}

/**
 * What decides, from the processes of this host; what they do not say is as mqha.yaml says.
 * @param sizes what is in force, for brokers that an earlier mqha has started
 */
export function decidingOf(
  config: ClusterConfig,
  election: Election | undefined,
  processes: ReadonlyMap<string, ProcessInfo>,
  sizes?: Sizes,
): Deciding {
  const of = (name: string | null | undefined) => {
    const found = processes.get(name ?? '');
    return found ? (settingsOf(found.argv).replicas ?? sizes?.[name ?? '']) : undefined;
  };
  const known = config.nodes.flatMap(({ name }) => of(name) ?? []);
  const largest = known.length === 0 ? config.replicas : Math.max(...known);
  const electing = of(election?.elector?.container) ?? largest;
  return { serving: of(election?.master?.container) ?? electing, electing };
}

/** What decides, as it was seen. */
export function decidingIn(config: ClusterConfig, seen: Observation): Deciding {
  return decidingOf(config, valueOf(seen.election), processesOf(seen), inForceIn(seen)?.sizes);
}

/** How many members must stay when these nodes go, so that somebody is served: what those that stay need. */
export function quorumWithout(status: ClusterStatus, names: readonly string[]): number {
  const needs = status.nodes.flatMap(({ name, process: state, replicas }) =>
    names.includes(name) || state !== 'running' || replicas === null ? [] : [quorumOf(replicas)],
  );
  return needs.length === 0 ? status.quorum : Math.max(...needs);
}
