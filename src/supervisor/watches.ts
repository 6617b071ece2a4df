import type { ExitWatch } from '../agents/agent.js';
import { sleep, Deadline } from '../lib/time.js';
import type { AttachmentFound } from '../observe/observation.js';
import { read, unknown, type Reading } from '../observe/reading.js';
import type { Cluster } from '../state/cluster.js';
import type { AttachmentLog } from '../stores/attachment.js';
import { ZOOKEEPER } from '../config/processes.js';
import { isSame, type ProcessId } from '../agents/process.js';
import type { SupervisedProcess } from './core/state.js';

/** The kernel closes the line of a process a moment before that is gone. */
const GONE_MS = 1500;

/** How far a broker has attached, as the log of this process says. */
export interface LogReading {
  readonly id: ProcessId;
  readonly reading: Reading<AttachmentFound>;
}

interface Watch extends ProcessId {
  readonly exit: ExitWatch;
  readonly attachment: AttachmentLog | undefined;
}

/** Watches the supervised processes: the end of one is known at once. */
export class Watches {
  readonly #watched = new Map<string, Watch>();
  readonly #onExit: (name: string, id: ProcessId) => void;

  /** @param onExit called once for a process that is proven dead */
  constructor(onExit: (name: string, id: ProcessId) => void) {
    this.#onExit = onExit;
  }

  /** Watches these, and no others. */
  follow(cluster: Cluster, processes: ReadonlyMap<string, SupervisedProcess>): void {
    for (const [name, watch] of this.#watched) {
      if (isSame(watch, processes.get(name)?.info)) continue;
      watch.exit.close();
      this.#watched.delete(name);
    }
    for (const { name, info } of processes.values()) {
      if (!this.#watched.has(name)) this.#watched.set(name, this.#watch(cluster, name, info));
    }
  }

  /** How far each broker has attached, by its log. */
  async attachments(): Promise<Map<string, LogReading>> {
    const readings = [...this.#watched].map(async ([name, { pid, startTime, attachment }]) => {
      if (!attachment) return [];
      return [[name, { id: { pid, startTime }, reading: await readLog(attachment) }] as const];
    });
    return new Map((await Promise.all(readings)).flat());
  }

  close(): void {
    for (const { exit } of this.#watched.values()) exit.close();
    this.#watched.clear();
  }

  #watch(cluster: Cluster, name: string, info: ProcessId): Watch {
    const { layout, registry, here, store } = cluster;
    const { base, log } = name === ZOOKEEPER ? layout.zookeeper : layout.node(name);
    const exit = here.watchExit(base, () => {
      // What fails here is found by the next look.
      this.#proveDead(cluster, name, info).catch(() => undefined);
    });
    const { pid, startTime } = info;
    const attachment =
      name === ZOOKEEPER ? undefined : store.attachmentLog(log, () => registry.logMark(name, info));
    return { pid, startTime, exit, attachment };
  }

  async #proveDead({ registry }: Cluster, name: string, id: ProcessId): Promise<void> {
    const deadline = Deadline.in(GONE_MS);
    while (await registry.isAlive(id)) {
      if (deadline.passed) return;
      await sleep(1);
    }
    this.#onExit(name, id);
  }
}

async function readLog(log: AttachmentLog): Promise<Reading<AttachmentFound>> {
  const reading = await read(() => log.look());
  if ('unknown' in reading) return reading;
  const { at } = reading;
  const { state, progress } = reading.value;
  return state === 'unknown'
    ? unknown('its log does not tell', at)
    : { at, value: { state, progress, lagBytes: undefined } };
}
