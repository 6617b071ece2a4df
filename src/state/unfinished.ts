import type { Cluster } from './cluster.js';
import { DrillRecord } from './drill-record.js';
import { goesOn } from './halt.js';
import { workerOn, type Operation } from './operations-log.js';
import { doneBefore, readRestart } from './restart-record.js';
import { readInForce } from './sizes.js';
import { supervisorPid } from './supervisor-lock.js';
import { renewalOf } from './unfinished-renewal.js';

export type { Operation, OperationStep } from './operations-log.js';

/** Everything of a cluster that was begun, and is neither finished nor undone. A damaged record names nothing. */
export async function unfinishedOperations(cluster: Cluster): Promise<Operation[]> {
  const found = await Promise.all(
    [drillOf(cluster), renewalOf(cluster), restartOf(cluster), scaleOf(cluster)].map((one) =>
      one.catch(() => undefined),
    ),
  );
  return found.filter((one) => one !== undefined);
}

/** What a drill has done that is still so. */
async function drillOf(cluster: Cluster): Promise<Operation | undefined> {
  const record = await DrillRecord.open(cluster.layout);
  if (record.isEmpty) return undefined;
  const steps = (await stillUndone(cluster, record)).map((text) => ({ text, done: true }));
  if (steps.length === 0) return undefined;
  const { began = null, command = null } = record.begun;
  const pid = (await workerOn(cluster, 'drill')) ?? null;
  const next = pid === null ? '`mqha up` undoes it' : null;
  return { kind: 'drill', began, command, pid, steps, next };
}

/** In words; what has changed since by itself, or by a person, is left out. */
async function stillUndone(cluster: Cluster, { undone }: DrillRecord): Promise<string[]> {
  const { registry } = cluster;
  const suspended = await Promise.all(
    undone.suspended.map(async ({ name, pid, startTime }) => {
      const found = await registry.look({ pid, startTime });
      return found?.suspended === true ? [`${name} (pid ${pid}) was suspended`] : [];
    }),
  );
  const running = await registry.findAll(undone.killed);
  const killed = undone.killed.filter((name) => !running.has(name));
  const ended = undone.supervisor && (await supervisorPid(cluster)) === undefined;
  return [
    ...suspended.flat(),
    ...killed.map((name) => `${name} was killed`),
    ...undone.aside.map((name) => `the data of ${name} was put aside`),
    ...(ended ? ['the supervisor was ended'] : []),
  ];
}

async function restartOf(cluster: Cluster): Promise<Operation | undefined> {
  const record = await readRestart(cluster.layout);
  if (!record) return undefined;
  const names = record.nodes ?? cluster.config.nodes.map(({ name }) => name);
  const done = await doneBefore(
    cluster,
    names.map((name) => ({ name })),
  );
  const pid = (await workerOn(cluster, 'restart')) ?? null;
  return {
    kind: 'restart',
    began: record.began,
    command: record.command ?? null,
    pid,
    steps: names.map((name) => ({ text: `restart ${name}`, done: done.includes(name) })),
    next: pid === null ? '`mqha restart` resumes it' : null,
  };
}

/** Its record is in size.json, which every step of it writes. */
async function scaleOf(cluster: Cluster): Promise<Operation | undefined> {
  const now = await readInForce(cluster.layout);
  if (!now?.change) return undefined;
  const { change, sizes } = now;
  const pid = (await workerOn(cluster, 'scale')) ?? null;
  const named = cluster.config.nodes.map(({ name }) => name);
  const staying = [...new Set([...named, ...Object.keys(sizes)])].filter(
    (name) => !change.leaving.includes(name),
  );
  return {
    kind: 'scale',
    began: change.began,
    command: change.command ?? null,
    pid,
    steps: [
      ...staying.map((name) => ({
        text: `${name} with replicas ${change.to}`,
        done: sizes[name] === change.to,
      })),
      ...change.leaving.map((name) => ({
        text: `${name} leaves`,
        done: sizes[name] === undefined,
      })),
    ],
    next: pid === null ? goesOn(change) : null,
  };
}
