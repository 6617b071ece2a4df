import { rename } from 'node:fs/promises';
import { ensureDirectory, SECRET_DIRECTORY } from '../../lib/files.js';
import { Deadline } from '../../lib/time.js';
import { restartNodes } from '../../operations/restart.js';
import { startNodes } from '../../operations/start/start.js';
import { stopNodes, type Confirm } from '../../operations/stop.js';
import { switchover } from '../../operations/switchover.js';
import { withLock } from '../../state/cluster.js';
import { want } from '../../state/desired-state.js';
import type { DrillContext } from '../drill-context.js';
import { removeAll } from '../jms/remove.js';
import { resumeSuspended } from '../../operations/undo-drill.js';
import { asideOf } from '../../state/drill-record.js';
import type { FaultOperations } from './fault.js';

const REMOVE_MS = 60_000;
const LOCK_MS = 15_000;
const CONSENTED: Confirm = () => Promise.resolve(true);

/** mqha's operations on the cluster of a drill, which end when the user interrupts. */
export function operationsOn(drill: DrillContext, say: (phase: string) => void): FaultOperations {
  const { cluster } = drill;
  const { nodes } = cluster.config;
  const options = { timeoutMs: drill.options.limitMs, confirm: CONSENTED };
  const named = (names: readonly string[]) => nodes.filter(({ name }) => names.includes(name));
  return {
    start: async (names) => {
      say('starting what was killed');
      const whole = names === undefined;
      await startNodes(cluster, whole ? nodes : named(names), { ...options, whole });
    },
    stop: async (names) => {
      await stopNodes(cluster, named(names), options);
    },
    restart: async (names) => {
      await restartNodes(cluster, named(names), { ...options, rolling: false });
    },
    switchover: async () => {
      await switchover(cluster, { ...options, to: undefined });
    },
    keepDown: async (names) => {
      const { layout, host } = cluster;
      await withLock(layout, host, Deadline.in(LOCK_MS), () => want(cluster, names, 'down'));
    },
    emptyStore: async (name) => {
      const { data } = cluster.layout.node(name);
      await rename(data, asideOf(cluster, name));
      await ensureDirectory(data, SECRET_DIRECTORY);
    },
    deleteQueues: (names) => {
      const removals = names.map((queue) => ({ role: 'remove', queue }) as const);
      return removeAll(drill.calm, removals, Deadline.in(REMOVE_MS));
    },
    resume: () => resumeSuspended(drill),
  };
}
