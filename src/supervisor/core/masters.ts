import { isAnyUp, isUp, type State } from './state.js';
import { forgetRefusals } from './restarts.js';
import { processesOf, servingIn, type Observation } from '../../observe/observation.js';
import { valueOf } from '../../observe/reading.js';
import type { Step } from './step.js';

/** Whether ZooKeeper answers, and since when not. */
export function followZooKeeper(step: Step, seen: Observation): void {
  const { state, now } = step;
  const election = valueOf(seen.election);
  if (election === undefined && state.zookeeperLostAt === undefined && isAnyUp(state)) {
    state.zookeeperLostAt = now;
    const reason = `${state.config.zookeeper.connect} does not answer`;
    step.tell({ type: 'zookeeper-lost', reason });
  } else if (election !== undefined && state.zookeeperLostAt !== undefined) {
    const outageMs = Math.round(now - state.zookeeperLostAt);
    state.zookeeperLostAt = undefined;
    step.tell({ type: 'zookeeper-back', outageMs });
  }
}

/** Who serves, and who is elected. */
export function followMaster(step: Step, seen: Observation): void {
  const { state, now } = step;
  const election = valueOf(seen.election);
  const serving = servingIn(seen);
  const elected = election?.master?.container ?? undefined;
  const reason = whyNobodyServes(state, seen, elected);
  step.write(state.failovers.update({ serving, elected, reason }, now));
  if (serving !== undefined && serving === elected) state.served = election?.master?.znode;
  state.elected = election?.master?.znode;
  if (state.failovers.isServed) {
    state.unservedSince = undefined;
    state.failures.forget();
    forgetRefusals(state);
  } else state.unservedSince ??= now;
}

function whyNobodyServes(state: State, seen: Observation, elected: string | undefined): string {
  const { last } = state.failovers;
  if ('unknown' in seen.election) return 'ZooKeeper is away';
  // What is wanted of a node of another host, and whether its process lives, is not known here.
  const isElsewhere = seen.nodes.some(({ node, local }) => !local && node.name === last);
  if (last !== undefined && !isElsewhere) {
    if (!isUp(state, last)) return `${last} was stopped`;
    if (!processesOf(seen).has(last)) return `${last} ended`;
  }
  const who = last ?? 'the master';
  return elected === last ? `${who} does not answer` : `${who} was demoted`;
}
