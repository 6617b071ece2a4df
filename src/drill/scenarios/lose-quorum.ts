import { quorumOf } from '../../config/checks.js';
import { kill } from '../faults/kill-processes.js';
import { shuffled } from '../random.js';
import type { LoadSend } from '../workloads/load.js';
import type { Scenario } from './scenario.js';

/** Without a supervisor quorum stays lost for so long once that has settled. */
const HELD_MS = 1500;

/** How many sends were begun and acknowledged between two moments. */
export function acknowledgedWithin(sends: readonly LoadSend[], from: number, to: number): number {
  return sends.filter(
    ({ outcome, startedAt, endedAt }) =>
      outcome === 'acknowledged' && startedAt >= from && endedAt <= to,
  ).length;
}

export const loseQuorum: Scenario = {
  name: 'lose-quorum',
  description:
    'So many are killed at once that quorum is lost: sends must be refused, and service must recover when they run again.',
  supervised: true,
  run: async (scenario) => {
    const { names, drill } = scenario;
    const { replicas } = scenario.cluster.config;
    // The master is among them or not; alone it must refuse as well.
    const victims = shuffled(names, drill.random).slice(0, replicas - quorumOf(replicas) + 1);
    scenario.target = scenario.described(...victims);
    await scenario.inject(kill(victims));
    scenario.say('waiting until service is refused');
    const settled = await scenario.until(({ state }) => state === 'no-quorum');
    const from = Date.now();
    if (settled === undefined) {
      scenario.unknown.push(
        'it was not seen that quorum was lost, so not that service was refused',
      );
    } else if (scenario.supervised) {
      await scenario.until(({ state }) => state !== 'no-quorum');
    } else {
      await scenario.pause(HELD_MS);
    }
    const to = Date.now();
    scenario.checks.push((sends) => {
      const count = settled === undefined ? 0 : acknowledgedWithin(sends, from, to);
      return count === 0 ? undefined : `${count} sends were acknowledged while there was no quorum`;
    });
  },
};
