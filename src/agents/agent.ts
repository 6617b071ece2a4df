import type { Endpoint } from '../lib/dial.js';
import type { LaunchPlan, Launched } from './launch-plan.js';
import type { ProcessId } from './process.js';

/**
 * What can be done to a machine: its processes be seen and proven dead, be ended, be launched; the files of its nodes be
 * read and written; its ports be tried.
 */
export type Ability = 'processes' | 'signal' | 'launch' | 'files' | 'ports';

/** An address that should be free. */
export interface WantedPort extends Endpoint {
  readonly key: string;
}

export interface HeldPort extends WantedPort {
  /** `taken`: somebody listens; `no-address`: the machine has no such address; else the system's code. */
  readonly reason: 'taken' | 'no-address' | (string & {});
  /** Undefined where it was not looked up, or cannot be found out. */
  readonly holder?: PortHolder | undefined;
}

/** Who holds a port: a listener, or a connection that was given it as its own end. */
export interface PortHolder {
  readonly kind: 'listener' | 'connection';
  readonly pid?: number;
  readonly command?: string;
  /** Set where it is a process of a cluster of mqha: as whom it runs, and where. */
  readonly of?: { readonly name: string; readonly directory: string } | undefined;
}

/** Watches for the end of a process until it is closed. */
export interface ExitWatch {
  close(): void;
}

/**
 * The door to the machine of a node. Whoever wants to know whether something can be done there asks `can`; what cannot
 * be done throws, and what cannot be seen is `undefined`.
 */
export interface NodeAgent {
  readonly host: string;
  readonly can: ReadonlySet<Ability>;
  /**
   * Starts a process that outlives this one.
   * @throws MqhaError `launch-failed`, `disk-full`, `no-permission`; `node-elsewhere` where it cannot
   */
  launch(plan: LaunchPlan): Promise<Launched>;
  /**
   * Sends a signal, after proving once more that the pid is still this process.
   * @returns false where the process is gone
   * @throws MqhaError `node-elsewhere` where it cannot
   */
  signal(process: ProcessId, signal: NodeJS.Signals): Promise<boolean>;
  /**
   * Calls back once when a process ends.
   * @param base the directory of the process
   * @throws MqhaError `node-elsewhere` where it cannot
   */
  watchExit(base: string, onEnd: () => void): ExitWatch;
  /** Which of these addresses somebody listens on now; undefined where that cannot be seen. */
  heldPorts(ports: readonly WantedPort[]): Promise<readonly HeldPort[] | undefined>;
  /**
   * Which of these addresses cannot be bound; each is bound for a moment and let go.
   * @throws MqhaError `node-elsewhere` where it cannot
   */
  unbindablePorts<P extends WantedPort>(
    ports: readonly P[],
  ): Promise<readonly (P & Pick<HeldPort, 'reason'>)[]>;
  /** Who holds a TCP port at an address; undefined where that cannot be found out. */
  holderOf(port: number, host?: string): Promise<PortHolder | undefined>;
  /** How many connections a listener has, with those that it has not taken yet; undefined where that cannot be found out. */
  connectionsAt(port: number): Promise<number | undefined>;
  /** When the machine was started; undefined where that cannot be seen. @param now by this machine's clock */
  bootedAt(now: Date): Date | undefined;
  /** When a process began; undefined where it runs no more, or that cannot be seen. @param now as for bootedAt() */
  startedAt(pid: number, now: Date): Promise<Date | undefined>;
}
