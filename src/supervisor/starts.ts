import { messageOf, MqhaError } from '../lib/errors.js';
import { Deadline } from '../lib/time.js';
import { freeBytes, isFull } from '../observe/disk.js';
import { asRendered } from '../operations/start/name-changed.js';
import { launchNodes } from '../operations/start/launch.js';
import { prepareRuntime, type Prepared } from '../operations/start/prepare.js';
import { openCluster, withLock, type Cluster } from '../state/cluster.js';
import { isWanted } from '../state/desired-state-file.js';
import { ZOOKEEPER } from '../config/processes.js';
import type { Action, Attempt } from './core/action.js';
import type { StartResult, SupervisorEvent } from './core/event.js';
import { withRoom } from './core/short-disks.js';
import type { DesiredStateReader } from './desired-state-reader.js';

/** A command that holds the lock is let finish; then it is tried again. */
const LOCK_MS = 100;
const START_MS = 40_000;

/** What is kept from one start to the next. */
export interface Starts {
  /** Java and the distribution, as the last start that went well has found them. */
  prepared: Prepared | undefined;
}

type Outcome = StartResult['outcome'];

/** Starts what was decided, as far as it is wanted and has room, and tells of each how it went. */
export async function startProcesses(
  cluster: Cluster,
  desired: DesiredStateReader,
  starts: Starts,
  { attempts, room }: Action & { readonly type: 'start' },
): Promise<SupervisorEvent & { readonly type: 'started' }> {
  const { layout, host } = cluster;
  const missing = new Set<string>();
  const results = new Map<string, StartResult>(
    attempts.map(({ name }) => [name, { name, outcome: 'deferred' }]),
  );
  const note = (names: readonly string[], outcome: Exclude<Outcome, 'failed'>) => {
    for (const name of names) results.set(name, { name, outcome });
  };
  const fail = async (name: string, error: unknown) => {
    starts.prepared = undefined; // Java or the cache may be what is wrong.
    results.set(name, await failure(cluster, name, error));
  };
  const ready = await withRoomOf(cluster, attempts, room);
  const names = ready.map(({ name }) => name);
  note(
    attempts.map(({ name }) => name).filter((name) => !names.includes(name)),
    'no-room',
  );
  const outcome = () => ({
    type: 'started' as const,
    results: [...results.values()],
    lost: [...missing],
    at: host.now().toISOString(),
  });
  if (ready.length === 0) return outcome();
  try {
    const prepared = (starts.prepared ??= await prepareRuntime(host, {
      javaHome: cluster.config.java.home,
    }));
    await withLock(layout, host, Deadline.in(LOCK_MS), async () => {
      const wanted = await desired.read(cluster);
      // As it is with the lock held: mqha.yaml may have been changed a moment ago. What runs is healed as it runs.
      const current = await asRendered(await openCluster(layout.directory, host));
      const asked = names.filter((name) => isWanted(wanted, name));
      if (asked.length === 0) return;
      const launch = async (some: readonly string[]) => {
        const { launched, lost } = await launchSome(current, prepared, some);
        for (const name of lost) missing.add(name);
        note(
          some.filter((name) => launched.includes(name)),
          'launched',
        );
      };
      // Together, so that their stores are looked at together.
      const error = await launch(asked).then(() => undefined, wrapped);
      if (!error) return;
      // What keeps one from starting is no fault of the others, unless it is about all of them.
      const alone = asked.length > 1 && codeOf(error.cause) !== 'copies-lost';
      for (const name of asked) {
        const why = alone ? await launch([name]).then(() => undefined, wrapped) : error;
        if (why) await fail(name, why.cause);
      }
    });
  } catch (error) {
    // A command is at work: it may do what was to be done here.
    if (codeOf(error) !== 'locked') for (const name of names) await fail(name, error);
  }
  return outcome();
}

const wrapped = (cause: unknown) => ({ cause });

function codeOf(error: unknown): string | undefined {
  return error instanceof MqhaError ? error.code : undefined;
}

/** @returns who runs, which is nobody who has to wait for the others' election, and whose copy was gone */
async function launchSome(
  cluster: Cluster,
  prepared: Prepared,
  names: readonly string[],
): Promise<{ readonly launched: readonly string[]; readonly lost: ReadonlySet<string> }> {
  const nodes = cluster.config.nodes.filter(({ name }) => names.includes(name));
  const deadline = Deadline.in(START_MS);
  const { plan, started, lost } = await launchNodes(cluster, nodes, prepared, deadline);
  return { launched: [ZOOKEEPER, ...[...plan.running, ...started].map(({ name }) => name)], lost };
}

async function failure(cluster: Cluster, name: string, error: unknown): Promise<StartResult> {
  const found = await cluster.registry.find(name).catch(() => undefined);
  const alive = found !== undefined;
  return { name, outcome: 'failed', message: messageOf(error), code: codeOf(error), alive };
}

/** Those that can start on their disks. */
async function withRoomOf(
  { layout }: Cluster,
  attempts: readonly Attempt[],
  room: number,
): Promise<Attempt[]> {
  const disks = new Map<string, number>();
  for (const { name } of attempts) {
    const { data } = name === ZOOKEEPER ? layout.zookeeper : layout.node(name);
    const free = await freeBytes(data);
    // ZooKeeper attaches to nobody, and takes little.
    if (free !== undefined && (name !== ZOOKEEPER || isFull(free))) disks.set(name, free);
  }
  return withRoom(attempts, disks, room);
}
