// The faults of the drill on a cluster of a bench. What undoes them is kept in memory: no command of mqha may
// know of them, since the cluster is to recover without help.
import { FaultInjector } from '../../src/drill/faults/fault-injector.js';
import {
  canServeWithout,
  type Fault,
  type FaultContext,
  type FaultOperations,
} from '../../src/drill/faults/fault.js';
import type { Deadline } from '../../src/lib/time.js';
import type { Cluster } from '../../src/state/cluster.js';
import type { Undone } from '../../src/state/drill-record.js';
import type { Load } from '../../test/support/load.js';
import type { BenchCluster } from './cluster.js';

/** Clients must be served again within this. */
const SERVED_MS = 90_000;

export interface BenchFaultOptions {
  /** Who is to be served before a person would start what was killed; by default that is done at once. */
  readonly load?: Load;
  /** Whether recovery resumes what was suspended, as by default; else somebody has to end it. */
  readonly resumes?: boolean;
}

/** Injects faults into the processes of a cluster, and recovers from them. */
export class BenchFaults {
  readonly #injector: FaultInjector;
  readonly #suspended: Undone['suspended'][number][] = [];
  readonly #times: number[] = [];

  private constructor(cluster: BenchCluster, opened: Cluster, options: BenchFaultOptions) {
    const { load, resumes = true } = options;
    const context: FaultContext = {
      processes: opened.registry,
      undoLog: {
        add: ({ suspended = [] }) => {
          if (resumes) this.#suspended.push(...suspended);
          return Promise.resolve();
        },
      },
      timeline: {
        mark: (kind) => {
          if (kind === 'fault') this.#times.push(Date.now());
        },
      },
      operations: this.#operations(cluster, opened),
      supervised: cluster.supervised,
      canServeWithout: (names) => canServeWithout(opened.config, names),
      served: () => load?.flows(SERVED_MS) ?? Promise.resolve(true),
      signal: new AbortController().signal,
    };
    this.#injector = new FaultInjector(context);
  }

  static async on(cluster: BenchCluster, options: BenchFaultOptions = {}): Promise<BenchFaults> {
    return new BenchFaults(cluster, await cluster.open(), options);
  }

  /**
   * Injects a fault, and waits until it has taken effect.
   * @returns when it met the first of its processes, Date.now()
   * @throws MqhaError as FaultInjector.inject()
   */
  async inject(fault: Fault): Promise<number> {
    const before = this.#times.length;
    await this.#injector.inject(fault);
    return this.#times[before] ?? Date.now();
  }

  /** Recovers from every fault, the last one first. */
  recover(): Promise<void> {
    return this.#injector.recoverAll();
  }

  /** Waits until everything that was met is at work again. @throws MqhaError `timeout` */
  recovered(deadline: Deadline): Promise<void> {
    return this.#injector.recovered(deadline);
  }

  #operations(cluster: BenchCluster, { registry }: Cluster): FaultOperations {
    const refuse = () => Promise.reject(new Error('no fault of a bench does that'));
    return {
      start: async () => {
        await cluster.up();
      },
      resume: async () => {
        const resumed: string[] = [];
        for (const { name, pid, startTime } of this.#suspended.splice(0)) {
          if (await registry.signal({ pid, startTime }, 'SIGCONT')) resumed.push(name);
        }
        return resumed;
      },
      stop: refuse,
      restart: refuse,
      switchover: refuse,
      keepDown: refuse,
      emptyStore: refuse,
      deleteQueues: refuse,
    };
  }
}
