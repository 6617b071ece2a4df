import { restartNodes } from '../../operations/restart.js';
import { startNodes } from '../../operations/start/start.js';
import { stopNodes, type Confirm } from '../../operations/stop.js';
import { switchover } from '../../operations/switchover.js';
import type { Scenario, Scene } from './scenario-context.js';
import { needsOthers } from './needs.js';

const CONSENTED: Confirm = () => Promise.resolve(true);

export const stopMaster: Scenario = {
  name: 'stop-master',
  description: 'The master is stopped gracefully, and started again once another serves.',
  supervised: false,
  impossible: needsOthers,
  run: async (scene) => {
    const { cluster, master } = scene;
    scene.target = scene.described(master);
    await stopNodes(cluster, nodesNamed(scene, master), options(scene));
    await scene.served();
    await startNodes(cluster, nodesNamed(scene, master), { ...options(scene), whole: true });
  },
};

export const plannedSwitchover: Scenario = {
  name: 'switchover',
  description: 'The master is changed as planned, with `mqha switchover`.',
  supervised: false,
  impossible: needsOthers,
  run: async (scene) => {
    scene.target = scene.described(scene.master);
    await switchover(scene.cluster, { ...options(scene), to: undefined });
  },
};

export const rollingRestart: Scenario = {
  name: 'rolling-restart',
  description: 'Every node is restarted, one after the other, the master last.',
  supervised: false,
  impossible: needsOthers,
  run: async (scene) => {
    const { cluster } = scene;
    scene.target = `all ${cluster.config.replicas} nodes`;
    await restartNodes(cluster, cluster.config.nodes, { ...options(scene), rolling: false });
  },
};

function nodesNamed({ cluster }: Scene, name: string) {
  return cluster.config.nodes.filter((node) => node.name === name);
}

function options({ ground }: Scene) {
  return { timeoutMs: ground.options.limitMs, confirm: CONSENTED };
}
