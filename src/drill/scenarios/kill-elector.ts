import { drain } from '../analysis/drain.js';
import { depthOf } from '../drill-context.js';
import { kill } from '../faults/kill-processes.js';
import { suspend } from '../faults/suspend-processes.js';
import { BULK_QUEUE } from '../workloads/payload.js';
import type { ScenarioContext } from './scenario-context.js';
import type { Scenario } from './scenario.js';
import { sendTo } from './sends.js';

/** More than the sockets between master and slave hold, in messages that a heap takes easily. */
const BULK = { messages: 96, bytes: 192 * 1024 };
const BULK_CREDIT = 10;
const DRAIN_MS = 60_000;

export const killElector: Scenario = {
  name: 'kill-elector',
  description: 'The elector is killed (SIGKILL); where it can be arranged, it is not the master.',
  supervised: true,
  prepare: part,
  run: async (scenario) => {
    scenario.target = scenario.described(scenario.elector);
    await scenario.inject(kill([scenario.elector]));
  },
};

/**
 * Parts master and elector: the slave with the lowest znode, which is the next elector, is suspended
 * while the other one stores much, and the master is killed just then. The elector elects whoever
 * has more of the log, and that is the other one.
 */
async function part(scenario: ScenarioContext): Promise<void> {
  const { status, cluster, drill } = scenario;
  if (status.master !== status.elector || cluster.config.replicas < 3) return;
  const memberOf = (name: string) => status.nodes.find((node) => node.name === name)?.member ?? '';
  const [next] = scenario.slaves.toSorted((a, b) => (memberOf(a) < memberOf(b) ? -1 : 1));
  if (next === undefined) return;
  scenario.target = `${scenario.described(scenario.master)}, to part master and elector`;
  const lag = suspend([next]);
  await scenario.inject(lag);
  scenario.say('parting elector and master');
  await sendTo(scenario, BULK_QUEUE, BULK.messages, {
    padded: (body) => body.padEnd(BULK.bytes),
  });
  await scenario.inject(kill([scenario.master]));
  // Without it there is no quorum that could serve.
  await scenario.recover(lag);
  await scenario.recoverAll();
  await scenario.whole();
  await drain(BULK_QUEUE, {
    client: drill.client,
    credit: BULK_CREDIT,
    expected: new Set(),
    depth: () => depthOf(drill, BULK_QUEUE),
    limitMs: DRAIN_MS,
  });
}
