import { join } from 'node:path';
import { lastLines } from '../agents/local/log.js';
import { Deadline } from '../lib/time.js';
import { freeBytes, isFull } from '../observe/disk.js';
import { lookAtPort } from '../observe/message-port.js';
import { read, valueOf } from '../observe/reading.js';
import type { Cluster } from '../state/cluster.js';
import { releaseZnodes } from '../state/sessions.js';
import { endOfLast, type EndRecord } from '../stores/end-record.js';
import { asStarted } from '../stores/settings.js';
import { ZOOKEEPER } from '../config/processes.js';
import type { Action } from './core/action.js';
import type { SupervisorEvent } from './core/event.js';
import type { DesiredStateReader } from './desired-state-reader.js';
import { startProcesses, type Starts } from './starts.js';

const RELEASE_MS = 1500;
/** How long a master that seems to hang is asked before it is killed. */
const LATE_MS = 2000;

/** How much of a log is kept with the end of a process. */
const LAST_LINES = 1;
const LINE_CHARACTERS = 200;

/** What actions need of the world. */
export interface Surroundings {
  /** As mqha.yaml has it now. */
  readonly cluster: Cluster;
  readonly desired: DesiredStateReader;
  readonly starts: Starts;
}

/** Does what was decided. @returns what came of it */
export async function carryOut(
  action: Action,
  { cluster, desired, starts }: Surroundings,
): Promise<readonly SupervisorEvent[]> {
  switch (action.type) {
    case 'release': {
      const { name: node, znode, session } = action;
      const removed = await cluster.coordination
        .release({ znode }, Deadline.in(RELEASE_MS))
        .catch(() => false);
      return removed ? [{ type: 'released', node, znode, session }] : [];
    }
    case 'release-noted': {
      const deadline = Deadline.in(RELEASE_MS);
      const removed = await releaseZnodes(cluster, action.names, deadline).catch(() => []);
      return removed.map((entry) => ({ type: 'released', ...entry }));
    }
    case 'examine': {
      const { name, pid, startTime } = action;
      const [end, diskFull, last, wanted] = await Promise.all([
        endOf(cluster, name, pid),
        isDiskFull(cluster, name),
        lastWords(cluster, name),
        desired.read(cluster),
      ]);
      const at = cluster.host.now().toISOString();
      return [{ type: 'examined', name, pid, startTime, end, diskFull, last, desired: wanted, at }];
    }
    case 'ask': {
      const { name, pid, startTime } = action;
      const answers = await answersLate(cluster, name, pid);
      return [{ type: 'asked', name, pid, startTime, answers }];
    }
    case 'kill': {
      const { name, pid, startTime, code, reason } = action;
      const killed = await cluster.here.signal({ pid, startTime }, 'SIGKILL').catch(() => false);
      return [
        killed
          ? { type: 'killed', name, pid, startTime, code, reason }
          : { type: 'not-killed', name, pid, startTime },
      ];
    }
    case 'start': {
      return [await startProcesses(cluster, desired, starts, action)];
    }
  }
}

/** Why a broker ended itself; undefined where it did not, or that cannot be read. */
export async function endOf(
  { layout }: Cluster,
  name: string,
  pid: number,
): Promise<EndRecord | undefined> {
  if (name === ZOOKEEPER) return undefined;
  return endOfLast(layout.node(name).log, pid).catch(() => undefined);
}

/** How its log ends. */
async function lastWords({ layout }: Cluster, name: string): Promise<readonly string[]> {
  const log =
    name === ZOOKEEPER
      ? join(layout.zookeeper.log, 'zookeeper.log')
      : join(layout.node(name).log, 'activemq.log');
  const lines = await lastLines(log, LAST_LINES).catch(() => []);
  return lines.map((line) => line.slice(0, LINE_CHARACTERS));
}

/** On a full disk a process cannot write why it ends. */
async function isDiskFull({ layout }: Cluster, name: string): Promise<boolean> {
  const { data } = name === ZOOKEEPER ? layout.zookeeper : layout.node(name);
  const free = await freeBytes(data);
  return free !== undefined && isFull(free);
}

/** Whom it cannot ask, since certificates do not fit, it takes for one that answers: a restart would not help. */
async function answersLate(cluster: Cluster, name: string, pid: number): Promise<boolean> {
  const configured = cluster.config.nodes.find((node) => node.name === name);
  const found = await cluster.registry.recorded(name).catch(() => undefined);
  if (!configured) return false;
  const argv = found?.pid === pid ? found.argv : [];
  const port = read(() => lookAtPort(cluster, asStarted(configured, argv), { argv }, LATE_MS));
  return valueOf(await port)?.accepting ?? true;
}
