import { startNodes } from '../../operations/start/start.js';
import { kill } from '../faults/kill-processes.js';
import { LogSince } from '../timeline/broker-log.js';
import { needsSlave } from './needs.js';
import type { ScenarioContext } from './scenario-context.js';
import type { Scenario } from './scenario.js';

const ATTACH_MS = 60_000;

export const killAttaching: Scenario = {
  name: 'kill-attaching',
  description: 'A slave is killed, started again, and killed once more while it attaches.',
  supervised: true,
  impossible: needsSlave,
  run: async (scenario) => {
    const slave = scenario.anySlave();
    const { cluster, drill } = scenario;
    const { registry } = drill.calm;
    scenario.target = scenario.described(slave);
    const log = await LogSince.now(`${cluster.layout.node(slave).log}/activemq.log`);
    const first = await registry.recorded(slave);
    await scenario.inject(kill([slave]));
    const starting = scenario.supervised ? undefined : startOne(scenario, slave);
    scenario.say('waiting until the slave attaches');
    const end = performance.now() + ATTACH_MS;
    while (
      (await registry.recorded(slave))?.pid === first?.pid ||
      !(await log.text()).includes('Attaching to master')
    ) {
      await scenario.pause(2);
      if (performance.now() < end) continue;
      scenario.violations.push(`${slave} was not started again, or did not attach`);
      return;
    }
    await scenario.inject(kill([slave], 'killed while it attached'));
    if ((await log.text()).includes('| Attached |')) scenario.target += ', which had just attached';
    await starting;
  },
};

/** Begins the start of a node that will be killed in the midst of it. */
async function startOne({ cluster, drill }: ScenarioContext, name: string): Promise<void> {
  const nodes = cluster.config.nodes.filter((node) => node.name === name);
  try {
    await startNodes(cluster, nodes, { timeoutMs: drill.options.limitMs, whole: false });
  } catch {
    // It ends because it is killed; whether it comes back after that is what is looked at.
  }
}
