import type { QueuedAttempt } from '../analysis/checker.js';
import { kill } from '../faults/kill-processes.js';
import { restart } from '../faults/planned-changes.js';
import { deleteQueues, emptyStore } from '../faults/store-changes.js';
import { DRILL_QUEUE, KEPT_QUEUE } from '../workloads/payload.js';
import { needsOthers } from './needs.js';
import type { ScenarioContext } from './scenario-context.js';
import type { Scenario } from './scenario.js';
import { sendTo } from './sends.js';

const GONE = [1, 2, 3].map((number) => `${DRILL_QUEUE}.gone.${number}`);
const MESSAGES = 20;

/**
 * Deleting a queue writes a record that replay cannot read and stops at: what a broker learns of its
 * log only by replay, after a failover or as a new slave, may be less than what it holds.
 */
export const deleteDestination: Scenario = {
  name: 'delete-destination',
  description:
    'Queues are deleted, the slaves restarted, the master killed twice, a slave is started empty, as a new one, and the master is killed again: what is in other queues must all be there.',
  supervised: true,
  impossible: needsOthers,
  run: async (scenario) => {
    scenario.target = `${GONE.length} queues`;
    scenario.queues.push(KEPT_QUEUE);
    await keep(scenario);
    for (const queue of GONE) {
      scenario.say(`filling ${queue}`);
      await sendTo(scenario, queue, MESSAGES);
    }
    scenario.say('deleting queues');
    await scenario.inject(deleteQueues(GONE));
    await keep(scenario);
    // Each slave attaches anew: it replays the log from before the deletion.
    scenario.say('restarting the slaves');
    await scenario.inject(restart(scenario.slaves));
    await failOver(scenario);
    await failOver(scenario);
    await newSlave(scenario);
    await keep(scenario);
    await failOver(scenario);
  },
};

/** Puts messages into a queue which must come out of it at the end. */
async function keep(scenario: ScenarioContext): Promise<void> {
  scenario.say(`filling ${KEPT_QUEUE}`);
  const onSent = (attempt: QueuedAttempt) => scenario.attempts.push(attempt);
  await sendTo(scenario, KEPT_QUEUE, MESSAGES, { onSent });
}

/** Kills whoever is master. */
async function failOver(scenario: ScenarioContext): Promise<void> {
  const status = await scenario.until(({ state }) => state === 'serving');
  const master = status?.master;
  if (typeof master !== 'string') throw new Error('there is no master to kill');
  scenario.target += `, ${master} (master)`;
  await scenario.inject(kill([master]));
  await scenario.recoverAll();
  await scenario.whole();
}

/** A slave loses its store and comes back with an empty one, as a new node would. */
async function newSlave(scenario: ScenarioContext): Promise<void> {
  const { master } = (await scenario.until(({ state }) => state === 'serving')) ?? {};
  const slave = scenario.names.find((name) => name !== master);
  if (slave === undefined) throw new Error('there is no slave to empty');
  scenario.say(`emptying ${slave}`);
  scenario.target += `, the store of ${slave}`;
  await scenario.inject(emptyStore(slave));
  await scenario.recoverAll();
}
