import { quorumOf } from '../../config/checks.js';
import { MqhaError } from '../../lib/errors.js';
import { Deadline, formatDuration, sleep } from '../../lib/time.js';
import type { ClusterStatus } from '../../observe/status.js';
import { throwIfInterrupted, type Cluster } from '../../state/cluster.js';
import { ZOOKEEPER } from '../../config/processes.js';
import type { QueuedAttempt } from '../analysis/checker.js';
import { look, untilWhole, type DrillContext } from '../drill-context.js';
import { FaultInjector } from '../faults/fault-injector.js';
import type { Fault, FaultContext } from '../faults/fault.js';
import { operationsOn } from '../faults/fault-operations.js';
import { pick } from '../random.js';
import type { Side } from '../result.js';
import type { TimelineRecorder } from '../timeline/timeline-recorder.js';
import type { Load, LoadSend } from '../workloads/load.js';

/** A check of the sends of a round, made when all of them are decided. */
export type LaterCheck = (sends: readonly LoadSend[]) => string | undefined;

const LOOK_MS = 20;

/** What a scenario works with: a cluster that serves, clients that send, and the faults that it injects. */
export class ScenarioContext {
  readonly drill: DrillContext;
  readonly side: Side;
  readonly timeline: TimelineRecorder;
  readonly load: Load;
  /** As it was before the fault. */
  readonly status: ClusterStatus;
  /** Whom the fault meets: `mq02 (master)`. */
  target = '';
  /** What was not as the scenario promises. */
  readonly violations: string[] = [];
  /** What could not be seen, so that nobody can say whether it was as promised. */
  readonly unknown: string[] = [];
  readonly checks: LaterCheck[] = [];
  /** Sends other than those of the load. */
  readonly attempts: QueuedAttempt[] = [];
  /** Queues other than that of the load from which messages must come. */
  readonly queues: string[] = [];
  readonly #say: (phase: string) => void;
  readonly #faults: FaultInjector;

  constructor(parts: {
    readonly drill: DrillContext;
    readonly side: Side;
    readonly timeline: TimelineRecorder;
    readonly load: Load;
    readonly status: ClusterStatus;
    readonly say: (phase: string) => void;
  }) {
    this.drill = parts.drill;
    this.side = parts.side;
    this.timeline = parts.timeline;
    this.load = parts.load;
    this.status = parts.status;
    this.#say = parts.say;
    this.#faults = new FaultInjector(this.#faultContext());
  }

  get cluster(): Cluster {
    return this.drill.cluster;
  }

  /** Whether a supervisor looks after the cluster. */
  get supervised(): boolean {
    return this.side === 'supervisor';
  }

  get names(): string[] {
    return this.cluster.config.nodes.map(({ name }) => name);
  }

  /** Tells the user what is going on. */
  say(phase: string): void {
    this.#say(phase);
  }

  get master(): string {
    return known(this.status.master);
  }

  get elector(): string {
    return known(this.status.elector);
  }

  get slaves(): string[] {
    return this.names.filter((name) => name !== this.master);
  }

  anySlave(): string {
    return pick(this.slaves, this.drill.random);
  }

  /** A name with what it was before the fault: `mq02 (master and elector)`. */
  described(...names: readonly string[]): string {
    const { master, elector } = this.status;
    return names
      .map((name) => {
        const roles = [name === master ? 'master' : '', name === elector ? 'elector' : ''];
        const words = roles.filter((role) => role !== '').join(' and ');
        return `${name} (${words === '' ? 'slave' : words})`;
      })
      .join(', ');
  }

  /** Injects a fault, and waits until it has taken effect. */
  inject(fault: Fault): Promise<void> {
    return this.#faults.inject(fault);
  }

  /** Recovers from a fault before the scenario ends. */
  recover(fault: Fault): Promise<void> {
    return this.#faults.recover(fault);
  }

  /** Recovers from every fault that is left, the last one first. */
  recoverAll(): Promise<void> {
    return this.#faults.recoverAll();
  }

  /** Waits; ends early, with an error, where the user interrupts. @throws MqhaError `interrupted` */
  async pause(milliseconds: number): Promise<void> {
    await sleep(milliseconds, this.cluster.host.signal);
    this.#throwIfInterrupted();
  }

  /**
   * Waits until every client is served again, with a send that it begins from now on: a master that
   * was told to stop may acknowledge some more.
   * @returns false where that did not come in time; that is noted
   */
  async served(): Promise<boolean> {
    const since = Date.now();
    const { limitMs } = this.drill.options;
    const { signal } = this.cluster.host;
    this.say('waiting for service');
    const isServed = await this.load.flows(since, Deadline.in(limitMs), signal);
    this.#throwIfInterrupted();
    if (!isServed) {
      this.violations.push(`service did not come back within ${formatDuration(limitMs)}`);
    }
    return isServed;
  }

  /** Looks again until the cluster is as wanted; undefined where it was not in time. */
  async until(
    wanted: (status: ClusterStatus) => boolean,
    limitMs = this.drill.options.limitMs,
  ): Promise<ClusterStatus | undefined> {
    const deadline = Deadline.in(limitMs);
    for (;;) {
      this.#throwIfInterrupted();
      const status = await look(this.drill);
      if (wanted(status)) return status;
      if (deadline.passed) return undefined;
      await sleep(LOOK_MS, this.cluster.host.signal);
    }
  }

  /**
   * Waits until what the faults met is at work again, and the cluster is whole. Every fault must have been
   * recovered from.
   * @throws MqhaError `timeout`
   */
  async whole(): Promise<void> {
    const { limitMs } = this.drill.options;
    this.say('waiting until the cluster is whole');
    const { signal } = this.cluster.host;
    const deadline = Deadline.in(limitMs);
    await this.#faults.recovered(deadline);
    const at = await untilWhole(this.drill, deadline, signal);
    this.#throwIfInterrupted();
    if (at !== undefined) return;
    throw new MqhaError('timeout', `the cluster was not whole within ${formatDuration(limitMs)}`, {
      hint: 'See `mqha status`.',
    });
  }

  #faultContext(): FaultContext {
    const { calm, cluster, record } = this.drill;
    const { replicas } = cluster.config;
    return {
      processes: calm.registry,
      undoLog: record,
      timeline: this.timeline,
      operations: operationsOn(this.drill, this.#say),
      supervised: this.supervised,
      canServeWithout: (names) =>
        !names.includes(ZOOKEEPER) && replicas - names.length >= quorumOf(replicas),
      served: () => this.served(),
      signal: cluster.host.signal,
    };
  }

  #throwIfInterrupted(): void {
    throwIfInterrupted(this.cluster.host, 'the drill puts the cluster back');
  }
}

function known(name: string | null): string {
  if (name !== null) return name;
  throw new MqhaError('drill-failed', 'the cluster serves, and nobody is elected', {
    hint: 'See `mqha status`.',
  });
}
