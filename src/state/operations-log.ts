import { join } from 'node:path';
import * as z from 'zod/mini';
import { holderPid } from '../agents/local/end-holder.js';
import { acquireLock, lockIn, type Lock } from '../agents/local/lock.js';
import type { Layout } from '../config/layout.js';
import { MqhaError } from '../lib/errors.js';
import { ensureDirectory, SECRET_DIRECTORY } from '../lib/files.js';
import type { StateFile } from '../lib/state-file.js';
import { Deadline } from '../lib/time.js';
import type { Cluster, Host } from './cluster.js';

/** What is begun, and must be finished or undone. */
export type OperationKind = 'drill' | 'renewal' | 'restart' | 'scale';

/** One step of an operation, in words. */
export interface OperationStep {
  readonly text: string;
  /** Of what is undone and not finished, every step that is left was done. */
  readonly done: boolean;
}

/** What was begun, and is neither finished nor undone. */
export interface Operation {
  readonly kind: OperationKind;
  /** ISO time; null where an earlier mqha has begun it. */
  readonly began: string | null;
  /** The command that has begun it; null where an earlier mqha has. */
  readonly command: string | null;
  /** Of the mqha that is at work on it; null where that has failed or was killed. */
  readonly pid: number | null;
  readonly steps: readonly OperationStep[];
  /** What finishes or undoes it, in a clause; null while somebody is at work on it. */
  readonly next: string | null;
}

/** What the record of every operation says of its beginning; absent in those of an earlier mqha. */
export interface Begun {
  /** ISO time. */
  readonly began?: string | undefined;
  readonly command?: string | undefined;
}

/** The fields of Begun, for the schema of a record. */
export const BEGUN = { began: z.optional(z.string()), command: z.optional(z.string()) };

/** How an operation begins now. */
export function beginning({ now, command }: Pick<Host, 'now' | 'command'>) {
  return { began: now().toISOString(), command };
}

/**
 * The record of one kind of operation: what was begun and must be finished or undone. It is there
 * before the first step is done, says of each step that it is done or about to be, and is removed
 * when nothing is left to finish or undo. The records of all kinds are the log (unfinished.ts).
 *
 * Each kind has a file of its own, since each has a writer of its own: a drill notes its faults
 * while a command holds the cluster's lock.
 */
export class OperationRecord<T extends Begun> {
  readonly #file: StateFile<T>;

  constructor(file: StateFile<T>) {
    this.#file = file;
  }

  /** @throws MqhaError `no-permission`; damage goes by the policy of the file */
  load(): Promise<T | undefined> {
    return this.#file.load();
  }

  /** Notes what is done or about to be. @throws MqhaError `disk-full`, `no-permission` */
  note(value: T): Promise<void> {
    return this.#file.write(value);
  }

  /** Nothing of it is left. */
  end(): Promise<void> {
    return this.#file.remove();
  }
}

const LOCK_MS = 500;

/** Whose lock is held by who is at work on an operation. */
export function operationDirectory(layout: Layout, kind: OperationKind): string {
  return join(layout.state, kind);
}

/** The pid of who is at work on an operation; undefined where nobody is. It is proven. */
export function workerOn({ layout }: Cluster, kind: OperationKind): Promise<number | undefined> {
  return holderPid(lockIn(operationDirectory(layout, kind)));
}

/**
 * One at a time is at work on a kind of operation, also on finishing or undoing it.
 * @param limitMs how long another one is waited for
 * @throws MqhaError `locked`, which names who is at work
 */
export async function lockOperation(
  { layout, host }: Cluster,
  kind: OperationKind,
  limitMs = LOCK_MS,
): Promise<Lock> {
  const directory = operationDirectory(layout, kind);
  await ensureDirectory(layout.state, SECRET_DIRECTORY);
  await ensureDirectory(directory, SECRET_DIRECTORY);
  return acquireLock(lockIn(directory), { command: host.command, deadline: Deadline.in(limitMs) });
}

/** As lockOperation(); undefined where another one is at work. */
export async function tryLockOperation(
  cluster: Cluster,
  kind: OperationKind,
): Promise<Lock | undefined> {
  try {
    return await lockOperation(cluster, kind);
  } catch (error) {
    if (error instanceof MqhaError && error.code === 'locked') return undefined;
    throw error;
  }
}
