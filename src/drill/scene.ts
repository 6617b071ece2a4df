import type { Cluster } from '../state/cluster.js';
import { throwIfInterrupted } from '../state/cluster.js';
import { startNodes } from '../operations/start/start.js';
import type { ClusterStatus } from '../observe/status.js';
import { quorumOf } from '../config/checks.js';
import type { ClusterConfig } from '../config/schema.js';
import { MqhaError } from '../lib/errors.js';
import { Deadline, formatDuration, sleep } from '../lib/time.js';
import type { QueuedAttempt } from './checker.js';
import { look, untilWhole, type Ground } from './ground.js';
import type { Hands } from './hands.js';
import type { Load, LoadSend } from './load.js';
import { pick } from './random.js';
import type { Side } from './result.js';
import type { Witness } from './witness.js';

/** What can be done to a cluster in a round, and what must follow. */
export interface Scenario {
  readonly name: string;
  /** One sentence: what is done. */
  readonly description: string;
  /** Whether what follows is another thing under a supervisor; then it is measured both ways. */
  readonly supervised: boolean;
  /** Why it cannot be done to this cluster; undefined where it can. */
  readonly impossible?: (config: ClusterConfig) => string | undefined;
  /** Brings about what the fault needs, with clients of its own whose outages do not count. */
  readonly prepare?: (scene: Scene) => Promise<void>;
  /** Does it, and what a person would do about it where no supervisor runs. */
  readonly run: (scene: Scene) => Promise<void>;
}

/** A check of the sends of a round, made when all of them are decided. */
export type LaterCheck = (sends: readonly LoadSend[]) => string | undefined;

const LOOK_MS = 20;

/** A cluster that serves, clients that send, and the hands that do something about it. */
export class Scene {
  readonly ground: Ground;
  readonly side: Side;
  readonly witness: Witness;
  readonly hands: Hands;
  readonly load: Load;
  /** As it was before the fault. */
  readonly status: ClusterStatus;
  /** Whom the fault meets: `mq02 (master)`. */
  target = '';
  /** What was not as the scenario promises. */
  readonly faults: string[] = [];
  /** What could not be seen, so that nobody can say whether it was as promised. */
  readonly unknown: string[] = [];
  readonly checks: LaterCheck[] = [];
  /** Sends other than those of the load. */
  readonly attempts: QueuedAttempt[] = [];
  /** Queues other than that of the load from which messages must come. */
  readonly queues: string[] = [];
  readonly #say: (phase: string) => void;

  constructor(parts: {
    readonly ground: Ground;
    readonly side: Side;
    readonly witness: Witness;
    readonly hands: Hands;
    readonly load: Load;
    readonly status: ClusterStatus;
    readonly say: (phase: string) => void;
  }) {
    this.ground = parts.ground;
    this.side = parts.side;
    this.witness = parts.witness;
    this.hands = parts.hands;
    this.load = parts.load;
    this.status = parts.status;
    this.#say = parts.say;
  }

  get cluster(): Cluster {
    return this.ground.cluster;
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
    return pick(this.slaves, this.ground.random);
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

  /** Waits; ends early, with an error, where the user interrupts. @throws MqhaError `interrupted` */
  async pause(milliseconds: number): Promise<void> {
    await sleep(milliseconds, this.cluster.host.signal);
    this.#resetOnRequest();
  }

  /**
   * Waits until every client is served again, with a send that it begins from now on: a master that
   * was told to stop may acknowledge some more.
   * @returns false where that did not come in time; that is noted
   */
  async served(): Promise<boolean> {
    const since = Date.now();
    const { limitMs } = this.ground.options;
    const { signal } = this.cluster.host;
    this.say('waiting for service');
    const isServed = await this.load.flows(since, Deadline.in(limitMs), signal);
    this.#resetOnRequest();
    if (!isServed) {
      this.faults.push(`service did not come back within ${formatDuration(limitMs)}`);
    }
    return isServed;
  }

  /** Looks again until the cluster is as wanted; undefined where it was not in time. */
  async until(
    wanted: (status: ClusterStatus) => boolean,
    limitMs = this.ground.options.limitMs,
  ): Promise<ClusterStatus | undefined> {
    const deadline = Deadline.in(limitMs);
    for (;;) {
      this.#resetOnRequest();
      const status = await look(this.ground);
      if (wanted(status)) return status;
      if (deadline.passed) return undefined;
      await sleep(LOOK_MS, this.cluster.host.signal);
    }
  }

  /**
   * After a death: without a supervisor the dead are started again, as a person would, once others
   * serve in their place where they can.
   */
  async recover(...dead: readonly string[]): Promise<void> {
    const brokers = dead.filter((name) => this.names.includes(name));
    const { replicas } = this.cluster.config;
    if (replicas - brokers.length >= quorumOf(replicas)) await this.served();
    await this.revive();
  }

  /** Without a supervisor: starts what does not run, and waits until all is whole. */
  async revive(): Promise<void> {
    if (this.side === 'supervisor') return;
    this.say('starting what died');
    const { limitMs } = this.ground.options;
    await startNodes(this.cluster, this.cluster.config.nodes, { timeoutMs: limitMs, whole: true });
  }

  /** Waits until the cluster is whole. @throws MqhaError `timeout` */
  async whole(): Promise<void> {
    const { limitMs } = this.ground.options;
    this.say('waiting until the cluster is whole');
    const { signal } = this.cluster.host;
    const at = await untilWhole(this.ground, this.hands.replaced, Deadline.in(limitMs), signal);
    this.#resetOnRequest();
    if (at !== undefined) return;
    throw new MqhaError('timeout', `the cluster was not whole within ${formatDuration(limitMs)}`, {
      hint: 'See `mqha status`.',
    });
  }

  #resetOnRequest(): void {
    throwIfInterrupted(this.cluster.host, 'the drill puts the cluster back');
  }
}

function known(name: string | null): string {
  if (name !== null) return name;
  throw new MqhaError('drill-failed', 'the cluster serves, and nobody is elected', {
    hint: 'See `mqha status`.',
  });
}
