import { startNodes } from '../../operations/start/start.js';
import { LogSince } from '../timeline/broker-log.js';
import type { Scenario, Scene } from './scenario-context.js';
import { needsSlave } from './needs.js';

const ATTACH_MS = 60_000;

export const killMaster: Scenario = {
  name: 'kill-master',
  description: 'The master is killed (SIGKILL).',
  supervised: true,
  run: async (scene) => {
    const { master } = scene;
    scene.target = scene.described(master);
    await scene.hands.kill([master]);
    await scene.recover(master);
  },
};

export const killSlave: Scenario = {
  name: 'kill-slave',
  description: 'A slave is killed (SIGKILL).',
  supervised: true,
  impossible: needsSlave,
  run: async (scene) => {
    const slave = scene.anySlave();
    scene.target = scene.described(slave);
    await scene.hands.kill([slave]);
    await scene.recover(slave);
  },
};

export const killAttaching: Scenario = {
  name: 'kill-attaching',
  description: 'A slave is killed, started again, and killed once more while it attaches.',
  supervised: true,
  impossible: needsSlave,
  run: async (scene) => {
    const slave = scene.anySlave();
    const { cluster, ground, hands } = scene;
    scene.target = scene.described(slave);
    const log = await LogSince.now(`${cluster.layout.node(slave).log}/activemq.log`);
    await hands.kill([slave]);
    const first = hands.replaced.get(slave);
    const starting = scene.side === 'supervisor' ? undefined : startOne(scene, slave);
    scene.say('waiting until the slave attaches');
    const end = performance.now() + ATTACH_MS;
    const { registry } = ground.calm;
    while (
      (await registry.recorded(slave))?.pid === first ||
      !(await log.text()).includes('Attaching to master')
    ) {
      await scene.pause(2);
      if (performance.now() < end) continue;
      scene.faults.push(`${slave} was not started again, or did not attach`);
      return;
    }
    await hands.kill([slave], 'killed while it attached');
    if ((await log.text()).includes('| Attached |')) scene.target += ', which had just attached';
    await starting;
    await scene.recover(slave);
  },
};

/** Begins the start of a node that will be killed in the midst of it. */
async function startOne(scene: Scene, name: string): Promise<void> {
  const { cluster, ground } = scene;
  const nodes = cluster.config.nodes.filter((node) => node.name === name);
  try {
    await startNodes(cluster, nodes, { timeoutMs: ground.options.limitMs, whole: false });
  } catch {
    // It ends because it is killed; whether it comes back after that is what is looked at.
  }
}

export const laggingSlaves: Scenario = {
  name: 'lagging-slaves',
  description:
    'Every slave is paused for a second under load, the master is killed meanwhile, the slaves are resumed.',
  supervised: true,
  impossible: needsSlave,
  run: async (scene) => {
    const { hands, slaves, master } = scene;
    scene.target = `${scene.described(master)}, while ${slaves.join(' and ')} were paused`;
    await hands.suspend(slaves);
    try {
      await scene.pause(1000);
      await hands.kill([master]);
    } finally {
      await hands.resume();
    }
    await scene.recover(master);
  },
};
