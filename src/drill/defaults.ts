// What a drill does where nothing else is asked for. Nothing is imported here: help names it, too.

export const DEFAULT_SCENARIO = 'kill-master';

/** What can be drilled, in the order of SCENARIOS (scenarios/index.ts). */
export const SCENARIO_NAMES = [
  'kill-master',
  'kill-slave',
  'kill-elector',
  'hang-master',
  'stop-master',
  'switchover',
  'rolling-restart',
  'kill-attaching',
  'lagging-slaves',
  'zookeeper-outage',
  'lose-quorum',
  'delete-destination',
  'random',
] as const;

/** The numbered sends. */
export const DEFAULT_WORKLOAD = 'queue';

export const DEFAULT_ROUNDS = 3;
/** Messages a second, of all clients. */
export const DEFAULT_RATE = 200;
export const DEFAULT_CLIENTS = 4;
export const DEFAULT_DURATION_MS = 10_000;
/** How long the cluster may take to be whole again after a round. */
export const DEFAULT_LIMIT_MS = 120_000;
