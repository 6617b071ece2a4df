// What goes wrong in a cluster, each fault done to real processes by signals alone: never through
// `mqha kill`, which would tell the supervisor that it is meant.
import { setTimeout as sleep } from 'node:timers/promises';
import { LogSince } from '../../dist/drill/timeline/broker-log.js';
import { pick, shuffled } from '../../dist/drill/random.js';

const ATTACH_MS = 60_000;
/** How long service is watched after the supervisor was killed. */
const ALONE_MS = 5000;
/** A gap that the load of the machine alone can cause. */
const DISTURBED_MS = 1500;

/** @typedef {import('./cluster.js').BenchCluster} BenchCluster */
/** @typedef {import('./cluster.js').Status} Status */
/** @typedef {import('../../dist/agents/local/table.js').ProcessInfo} ProcessInfo */

/**
 * @typedef {object} Scene what a fault is done to: a cluster that serves
 * @property {BenchCluster} cluster
 * @property {Status} status
 * @property {import('./producer.js').Producer} producer
 * @property {() => number} random
 */

/**
 * @typedef {object} Done
 * @property {string} what whom it met, for the line that is printed
 * @property {Record<string, number>} replaced the processes, by name, in whose place others must be
 * @property {string} [problem] what should not have been, seen while the fault was done
 */

/** @typedef {{ name: string, inject: (scene: Scene) => Promise<Done> }} Fault */

/** @typedef {(scene: Scene) => string} Choose the name of a node */

/** @type {Choose} */
const master = ({ status }) => known(status.master);
/** @type {Choose} */
const elector = ({ status }) => known(status.elector);
/** @type {Choose} */
const slave = ({ status, random }) =>
  pick(
    status.nodes.filter((node) => node.role === 'slave').map((node) => node.name),
    random,
  );

/** @type {readonly Fault[]} */
export const FAULTS = [
  { name: 'kill -9 master', inject: (scene) => kill(scene, [master(scene)]) },
  { name: 'kill -9 slave', inject: (scene) => kill(scene, [slave(scene)]) },
  { name: 'kill -9 elector', inject: (scene) => kill(scene, [elector(scene)]) },
  { name: 'kill -9 two at once', inject: (scene) => kill(scene, two(scene)) },
  { name: 'kill -9 ZooKeeper', inject: (scene) => kill(scene, ['zookeeper']) },
  { name: 'kill -9 supervisor', inject: killSupervisor },
  { name: 'kill -9 while attaching', inject: killWhileAttaching },
  { name: 'SIGSTOP master', inject: (scene) => suspend(scene, master(scene)) },
  { name: 'SIGSTOP slave', inject: (scene) => suspend(scene, slave(scene)) },
  { name: 'SIGSTOP elector', inject: (scene) => suspend(scene, elector(scene)) },
  { name: 'SIGSTOP master, resumed', inject: (scene) => pause(scene, master(scene)) },
];

/** @param {Scene} scene */
function two({ status, random }) {
  const names = status.nodes.map((node) => node.name);
  return shuffled(names, random).slice(0, 2);
}

/**
 * @param {Scene} scene
 * @param {readonly string[]} names
 * @returns {Promise<Done>}
 */
async function kill({ cluster, status }, names) {
  const found = await Promise.all(names.map((name) => running(cluster, name)));
  // All are known before the first dies, so that two at once are two at once.
  for (const { pid } of found) process.kill(pid, 'SIGKILL');
  return { what: described(status, names), replaced: pidsOf(names, found) };
}

/**
 * Suspended and never resumed: somebody has to end it.
 * @param {Scene} scene
 * @param {string} name
 * @returns {Promise<Done>}
 */
async function suspend({ cluster, status }, name) {
  const found = await running(cluster, name);
  process.kill(found.pid, 'SIGSTOP');
  return { what: described(status, [name]), replaced: pidsOf([name], [found]) };
}

/**
 * A long pause of a living broker.
 * @param {Scene} scene
 * @param {string} name
 * @returns {Promise<Done>}
 */
async function pause({ cluster, status, random }, name) {
  const milliseconds = 1000 + Math.round(random() * 3000);
  await suspendFor(cluster, name, milliseconds);
  const what = `${described(status, [name])} for ${(milliseconds / 1000).toFixed(1)} s`;
  return { what, replaced: {} };
}

/**
 * Suspends a node's process and resumes it, if it is still the same one.
 * @param {BenchCluster} cluster
 * @param {string} name
 * @param {number} milliseconds
 */
export async function suspendFor(cluster, name, milliseconds) {
  const { registry } = await cluster.open();
  const found = await running(cluster, name);
  process.kill(found.pid, 'SIGSTOP');
  await sleep(milliseconds);
  await registry.signal(found, 'SIGCONT');
}

/**
 * Nobody restarts a supervisor. Its death alone must disturb nobody; `mqha up` brings it back.
 * @param {Scene} scene
 * @returns {Promise<Done>}
 */
async function killSupervisor({ cluster, status, producer }) {
  const pid = status.supervisor?.pid;
  if (!pid) throw new Error('no supervisor runs');
  const killedAt = Date.now();
  process.kill(pid, 'SIGKILL');
  await sleep(ALONE_MS);
  const gap = producer.longestGap(killedAt);
  const { state } = await cluster.status();
  await cluster.up();
  const after = (await cluster.status()).supervisor;
  const problems = [
    ...(gap > DISTURBED_MS ? [`nothing was acknowledged for ${gap} ms without it`] : []),
    ...(state === 'serving' ? [] : [`${state} without it`]),
    ...(after?.running && after.pid !== pid ? [] : ['`mqha up` brought no supervisor back']),
  ];
  const problem = problems.length === 0 ? {} : { problem: problems.join('; ') };
  return { what: 'supervisor', replaced: {}, ...problem };
}

/**
 * A slave that dies while it downloads the master's log has a half-done store beside its good one.
 * @param {Scene} scene
 * @returns {Promise<Done>}
 */
async function killWhileAttaching(scene) {
  const { cluster, status } = scene;
  const name = slave(scene);
  const first = await running(cluster, name);
  process.kill(first.pid, 'SIGKILL');
  const log = await LogSince.now(cluster.log(name));
  const end = Date.now() + ATTACH_MS;
  const { registry } = await cluster.open();
  let second;
  while ((second = await registry.find(name)) === undefined || second.pid === first.pid) {
    if (Date.now() > end) return { what: name, replaced: {}, problem: 'it was not started again' };
    await sleep(50);
  }
  while (!(await log.text()).includes('Attaching to master')) {
    if (Date.now() > end) return { what: name, replaced: {}, problem: 'it did not attach' };
    await sleep(2);
  }
  process.kill(second.pid, 'SIGKILL');
  const late = (await log.text()).includes('| Attached |') ? ', which had just attached' : '';
  return { what: `${described(status, [name])}${late}`, replaced: { [name]: second.pid } };
}

/**
 * @param {BenchCluster} cluster
 * @param {string} name a node, or zookeeper
 * @returns {Promise<ProcessInfo>}
 */
async function running(cluster, name) {
  const { registry } = await cluster.open();
  const found = await registry.find(name);
  if (!found) throw new Error(`${name} does not run`);
  return found;
}

/**
 * @param {readonly string[]} names
 * @param {readonly ProcessInfo[]} found
 */
function pidsOf(names, found) {
  return Object.fromEntries(names.map((name, index) => [name, found[index]?.pid ?? 0]));
}

/**
 * The names with what they were, since the elector may be the master as well.
 * @param {Status} status
 * @param {readonly string[]} names
 */
function described(status, names) {
  return names
    .map((name) => {
      const roles = [name === status.master && 'master', name === status.elector && 'elector'];
      const words = roles.filter(Boolean).join(' and ');
      return words === '' ? name : `${name} (${words})`;
    })
    .join(' and ');
}

/** @param {string | null} name */
function known(name) {
  if (name === null) throw new Error('the cluster serves, and nobody is elected');
  return name;
}
