import { usageError } from '../../lib/errors.js';
import { pick } from '../random.js';
import { killAttaching } from './kill-attaching.js';
import { deleteDestination } from './delete-destination.js';
import { killElector } from './kill-elector.js';
import { hangMaster } from './hang-master.js';
import { killMaster, killSlave } from './kill-one.js';
import { laggingSlaves } from './lagging-slaves.js';
import { plannedSwitchover, rollingRestart, stopMaster } from './planned.js';
import { loseQuorum } from './lose-quorum.js';
import type { Scenario } from './scenario.js';
import { zookeeperOutage } from './zookeeper-outage.js';

const SINGLE = [
  killMaster,
  killSlave,
  killElector,
  hangMaster,
  stopMaster,
  plannedSwitchover,
  rollingRestart,
  killAttaching,
  laggingSlaves,
  zookeeperOutage,
  loseQuorum,
] as const satisfies readonly Scenario[];

/** Each round another fault, drawn by the seed from those that are possible. */
const random: Scenario = {
  name: 'random',
  description: 'In each round one of the other faults, drawn by the seed.',
  supervised: true,
  run: async (scenario) => {
    const { config } = scenario.cluster;
    const possible = SINGLE.filter((each: Scenario) => !each.impossible?.(config));
    const drawn: Scenario = pick(possible, scenario.drill.random);
    try {
      await drawn.run(scenario);
    } finally {
      scenario.target = `${drawn.name}: ${scenario.target}`;
    }
  },
};

/** Every scenario, in the order in which they are drilled. */
export const SCENARIOS: readonly Scenario[] = [...SINGLE, deleteDestination, random];

const ALL = 'all';

/**
 * The scenarios that the words of a command line mean, each once, in the order of the table.
 * @throws MqhaError `usage` (exit code 2)
 */
export function scenariosNamed(words: readonly string[]): readonly Scenario[] {
  const names = SCENARIOS.map(({ name }) => name);
  const unknown = words.filter((word) => word !== ALL && !names.includes(word));
  if (unknown.length > 0) {
    throw usageError(
      'usage',
      `there is no scenario ${unknown.map((word) => `"${word}"`).join(', ')}`,
      `The scenarios are ${names.join(', ')}; ${ALL} means every one.`,
    );
  }
  return SCENARIOS.filter(({ name }) => words.includes(name) || words.includes(ALL));
}
