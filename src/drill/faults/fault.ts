import type { ProcessRegistry } from '../../agents/local/registry.js';
import { quorumOf } from '../../config/checks.js';
import type { ClusterConfig } from '../../config/schema.js';
import { MqhaError } from '../../lib/errors.js';
import { type Deadline, formatDuration, sleep } from '../../lib/time.js';
import type { DrillRecord, Undone } from '../../state/drill-record.js';
import { ZOOKEEPER } from '../../config/processes.js';
import type { TimelineRecorder } from '../timeline/timeline-recorder.js';

/**
 * Something that goes wrong in a cluster, and how it ends. The methods are called in this order; one out of
 * its turn throws, and does nothing. After an injection that failed half way recover() may be called.
 */
export interface Fault {
  /** What it does and to whom, for messages: `kill mq02`. */
  readonly name: string;
  /** Whether anything of it may have been done. */
  readonly isBegun: boolean;
  /**
   * Writes down what undoes it, and does it then.
   * @throws MqhaError `drill-failed` where it cannot be done; nothing was done then
   */
  inject(context: FaultContext): Promise<void>;
  /** Waits until it has taken effect. @throws MqhaError `timeout`, `interrupted` */
  propagated(deadline: Deadline): Promise<void>;
  /** Undoes it. What a supervisor undoes by itself is left to that; without one it is what a person would do. */
  recover(): Promise<void>;
  /** Waits until what it met is at work again. @throws MqhaError `timeout`, `interrupted` */
  recovered(deadline: Deadline): Promise<void>;
}

/** What faults are done with; small enough for tests, and for whoever has no drill, to bring their own. */
export interface FaultContext {
  readonly processes: Pick<ProcessRegistry, 'find' | 'recorded' | 'look' | 'isAlive' | 'signal'>;
  /** What is to be undone, kept where whoever comes after a drill that was killed finds it. */
  readonly undoLog: Pick<DrillRecord, 'add'>;
  readonly timeline: Pick<TimelineRecorder, 'mark'>;
  readonly operations: FaultOperations;
  /** Whether a supervisor starts again what has died. */
  readonly supervised: boolean;
  /** Whether the others have quorum, and can serve, while these are away. */
  canServeWithout(names: readonly string[]): boolean;
  /** Waits until every client is served again. */
  served(): Promise<unknown>;
  /** Ends the waits early. */
  readonly signal: AbortSignal;
}

/** Whether the other nodes have quorum, and can serve, while these processes are away. */
export function canServeWithout(
  { replicas }: Pick<ClusterConfig, 'replicas'>,
  names: readonly string[],
): boolean {
  return !names.includes(ZOOKEEPER) && replicas - names.length >= quorumOf(replicas);
}

/** What is done to nodes by mqha's own operations, as a person would by its commands. */
export interface FaultOperations {
  /** Starts what does not run: of these nodes, until they are in; by default of all, until the cluster is whole. */
  start(names?: readonly string[]): Promise<void>;
  stop(names: readonly string[]): Promise<void>;
  restart(names: readonly string[]): Promise<void>;
  switchover(): Promise<void>;
  /** Tells a supervisor to leave these down until somebody starts them. */
  keepDown(names: readonly string[]): Promise<void>;
  /** Puts the store of a stopped node aside, so that it comes back with an empty one. */
  emptyStore(name: string): Promise<void>;
  deleteQueues(names: readonly string[]): Promise<void>;
  /** Resumes every process that the undo log says is suspended. @returns the names of those that were */
  resume(): Promise<readonly string[]>;
}

/** The parts of a fault; faultOf() keeps their order, and writes the undo down before the injection. */
export interface FaultKind<Target> {
  readonly name: string;
  /** Finds what it is done to, and changes nothing. @throws MqhaError `drill-failed` */
  find(context: FaultContext): Promise<Target>;
  /** What undoes it after the death of whoever injects it, in the terms of the undo log. */
  undo(target: Target): Partial<Undone>;
  inject(context: FaultContext, target: Target): Promise<void>;
  hasPropagated(context: FaultContext, target: Target): Promise<boolean>;
  recover(context: FaultContext, target: Target): Promise<void>;
  hasRecovered(context: FaultContext, target: Target): Promise<boolean>;
}

/** `undone` is after recover(), which may be called again where it has failed. */
type Stage = 'new' | 'injecting' | 'injected' | 'undone' | 'recovered';

const LOOK_MS = 10;

/** A fault of this kind, to be injected once. */
export function faultOf<Target>(kind: FaultKind<Target>): Fault {
  let stage: Stage = 'new';
  let injected: { readonly context: FaultContext; readonly target: Target } | undefined;

  /** @throws Error where it is not a method's turn: a mistake of whoever calls it */
  const inTurn = (method: string, ...stages: readonly Stage[]) => {
    if (!stages.includes(stage)) throw new Error(`${kind.name}: no ${method} while it is ${stage}`);
  };
  const now = (method: string, ...stages: readonly Stage[]) => {
    inTurn(method, ...stages);
    if (!injected) throw new Error(`${kind.name}: no ${method} before its injection`);
    return injected;
  };

  return {
    name: kind.name,
    get isBegun() {
      return stage !== 'new';
    },
    inject: async (context) => {
      inTurn('inject', 'new');
      stage = 'injecting';
      try {
        const target = await kind.find(context);
        const undo = kind.undo(target);
        if (Object.keys(undo).length > 0) await context.undoLog.add(undo);
        injected = { context, target };
      } catch (error) {
        stage = 'new';
        throw error;
      }
      // From here on something may have been done, also where it fails.
      stage = 'injected';
      await kind.inject(injected.context, injected.target);
    },
    propagated: async (deadline) => {
      const { context, target } = now('propagated', 'injected');
      const isDone = () => kind.hasPropagated(context, target);
      await until(isDone, deadline, context.signal, `${kind.name}: it has not taken effect`);
    },
    recover: async () => {
      const { context, target } = now('recover', 'injected', 'undone');
      await kind.recover(context, target);
      stage = 'undone';
    },
    recovered: async (deadline) => {
      const { context, target } = now('recovered', 'undone', 'recovered');
      const isDone = () => kind.hasRecovered(context, target);
      await until(isDone, deadline, context.signal, `${kind.name}: its target has not recovered`);
      stage = 'recovered';
    },
  };
}

async function until(
  isDone: () => Promise<boolean>,
  deadline: Deadline,
  signal: AbortSignal,
  late: string,
): Promise<void> {
  while (!(await isDone())) {
    if (signal.aborted) {
      throw new MqhaError('interrupted', 'interrupted; the drill recovers the cluster', {
        hint: 'Run the drill again.',
      });
    }
    if (deadline.passed) {
      throw new MqhaError('timeout', `${late} after ${formatDuration(deadline.milliseconds)}`, {
        hint: 'See `mqha status`.',
      });
    }
    await sleep(LOOK_MS, signal);
  }
}
