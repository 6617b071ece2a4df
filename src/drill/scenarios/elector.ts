import { QueueSender } from '../../clients/amqp/sender.js';
import { bodyOf, BULK_QUEUE } from '../workloads/payload.js';
import { drain } from '../analysis/drain.js';
import { depthOf } from '../drill-context.js';
import type { Scenario, Scene } from './scenario-context.js';

/** More than the sockets between master and slave hold, in messages that a heap takes easily. */
const BULK = { messages: 96, bytes: 192 * 1024 };
const BULK_CREDIT = 10;
const DRAIN_MS = 60_000;

export const killElector: Scenario = {
  name: 'kill-elector',
  description: 'The elector is killed (SIGKILL); where it can be arranged, it is not the master.',
  supervised: true,
  prepare: part,
  run: async (scene) => {
    const { elector } = scene;
    scene.target = scene.described(elector);
    await scene.hands.kill([elector]);
    await scene.recover(elector);
  },
};

/**
 * Parts master and elector: the slave with the lowest znode, which is the next elector, is suspended
 * while the other one stores much, and the master is killed just then. The elector elects whoever
 * has more of the log, and that is the other one.
 */
async function part(scene: Scene): Promise<void> {
  const { status, cluster } = scene;
  if (status.master !== status.elector || cluster.config.replicas < 3) return;
  const memberOf = (name: string) => status.nodes.find((node) => node.name === name)?.member ?? '';
  const [next] = scene.slaves.toSorted((a, b) => (memberOf(a) < memberOf(b) ? -1 : 1));
  if (next === undefined) return;
  scene.target = `${scene.described(scene.master)}, to part master and elector`;
  await scene.hands.suspend([next]);
  try {
    await sendBulk(scene);
    await scene.hands.kill([scene.master]);
  } finally {
    await scene.hands.resume();
  }
  await scene.recover(scene.master);
  await scene.whole();
  await drain(BULK_QUEUE, {
    client: scene.ground.client,
    credit: BULK_CREDIT,
    expected: new Set(),
    depth: () => depthOf(scene.ground, BULK_QUEUE),
    limitMs: DRAIN_MS,
  });
}

async function sendBulk(scene: Scene): Promise<void> {
  scene.say('parting elector and master');
  const { ground } = scene;
  const sender = new QueueSender(BULK_QUEUE, {
    ...ground.client,
    signal: ground.cluster.host.signal,
  });
  const client = ground.numberClients(1);
  try {
    for (let count = 0; count < BULK.messages; count++) {
      await scene.pause(0);
      await sender.send(bodyOf(ground.run, client, count).padEnd(BULK.bytes));
    }
  } finally {
    await sender.close();
  }
}
