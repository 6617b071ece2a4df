import { rename } from 'node:fs/promises';
import { removeQueue } from '../../clients/management/destinations.js';
import { QueueSender } from '../../clients/amqp/sender.js';
import { restartNodes } from '../../operations/restart.js';
import { startNodes } from '../../operations/start/start.js';
import { stopNodes } from '../../operations/stop.js';
import { ensureDirectory, SECRET_DIRECTORY } from '../../lib/files.js';
import { bodyOf, DRILL_QUEUE, KEPT_QUEUE } from '../workloads/payload.js';
import { consoleOf, look } from '../drill-context.js';
import { asideOf } from '../put-back.js';
import type { Scenario, Scene } from './scenario-context.js';
import { needsOthers } from './needs.js';

const GONE = [1, 2, 3].map((number) => `${DRILL_QUEUE}.gone.${number}`);
const MESSAGES = 20;
const ASK_MS = 10_000;

/**
 * Deleting a queue writes a record that replay cannot read and stops at: what a broker learns of its
 * log only by replay, after a failover or as a new slave, may be less than what it holds.
 */
export const deleteDestination: Scenario = {
  name: 'delete-destination',
  description:
    'Queues are deleted, the slaves restarted, the master killed twice, a slave comes back empty as a new one, and the master is killed again: what is in other queues must all be there.',
  supervised: true,
  impossible: needsOthers,
  run: async (scene) => {
    scene.target = `${GONE.length} queues`;
    scene.queues.push(KEPT_QUEUE);
    await send(scene, KEPT_QUEUE);
    await deleteQueues(scene);
    await send(scene, KEPT_QUEUE);
    await restartSlaves(scene);
    await failOver(scene);
    await failOver(scene);
    await newSlave(scene);
    await send(scene, KEPT_QUEUE);
    await failOver(scene);
  },
};

/** Puts messages into a queue, which must come out of it at the end. */
async function send(scene: Scene, queue: string, counts = true): Promise<void> {
  const { ground } = scene;
  scene.say(`filling ${queue}`);
  const { signal } = ground.cluster.host;
  const sender = new QueueSender(queue, { ...ground.client, signal });
  const client = ground.numberClients(1);
  try {
    for (let number = 0; number < MESSAGES; number++) {
      await scene.pause(0);
      const body = bodyOf(ground.run, client, number);
      const { outcome, broker } = await sender.send(body);
      if (counts && broker !== undefined) {
        scene.attempts.push({ queue, body, acknowledged: outcome === 'acknowledged' });
      }
    }
  } finally {
    await sender.close();
  }
}

async function deleteQueues(scene: Scene): Promise<void> {
  const { ground, witness } = scene;
  for (const queue of GONE) await send(scene, queue, false);
  const console = consoleOf(ground.calm, await look(ground));
  if (!console) throw new Error('there is no master to delete queues on');
  scene.say('deleting queues');
  for (const queue of GONE) {
    await removeQueue(console, ground.calm.config.name, queue, ASK_MS);
    witness.mark('fault', null, `${queue} deleted`);
  }
}

/** Each slave attaches anew: it replays the log from before the deletion. */
async function restartSlaves(scene: Scene): Promise<void> {
  const { cluster, ground } = scene;
  const slaves = cluster.config.nodes.filter(({ name }) => scene.slaves.includes(name));
  scene.say('restarting the slaves');
  await restartNodes(cluster, slaves, {
    timeoutMs: ground.options.limitMs,
    confirm: () => Promise.resolve(true),
    rolling: false,
  });
}

/** Kills whoever is master. */
async function failOver(scene: Scene): Promise<void> {
  const status = await scene.until(({ state }) => state === 'serving');
  const master = status?.master;
  if (typeof master !== 'string') throw new Error('there is no master to kill');
  scene.target += `, ${master} (master)`;
  await scene.hands.kill([master]);
  await scene.recover(master);
  await scene.whole();
}

/** A slave loses its store and comes back with an empty one, as a new node would. */
async function newSlave(scene: Scene): Promise<void> {
  const { cluster, ground, witness } = scene;
  const { master } = (await scene.until(({ state }) => state === 'serving')) ?? {};
  const node = cluster.config.nodes.find(({ name }) => name !== master);
  if (!node) throw new Error('there is no slave to empty');
  scene.say(`emptying ${node.name}`);
  const timeoutMs = ground.options.limitMs;
  scene.target += `, the store of ${node.name}`;
  await ground.record.add({ killed: [node.name], aside: [node.name] });
  await stopNodes(cluster, [node], { timeoutMs, confirm: () => Promise.resolve(true) });
  const { data } = cluster.layout.node(node.name);
  await rename(data, asideOf(cluster, node.name));
  await ensureDirectory(data, SECRET_DIRECTORY);
  witness.mark('repair', node.name, `${node.name} comes back without its store`);
  await startNodes(cluster, [node], { timeoutMs, whole: true });
}
