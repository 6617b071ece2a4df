import { join } from 'node:path';
import { MqhaError } from '../../lib/errors.js';
import type { Deadline } from '../../lib/time.js';
import { formerHolder, holdFormerNames } from './former-lock.js';
import { LockDirectory, type Claim } from './lock-directory.js';
import type { LockHolder } from './lock-server.js';

export type { LockHolder } from './lock-server.js';

/** Where a lock is. */
export interface LockPlace {
  /** A directory of the lock alone; it is made where it is absent, its parent is not. */
  readonly at: string;
  /** What it is of: a directory or file. An earlier mqha makes the lock's name of it (former-lock.ts). */
  readonly of: string;
}

/** The lock of a directory that is its holder's alone, in that directory. */
export function lockIn(directory: string): LockPlace {
  return { at: join(directory, 'lock'), of: directory };
}

export interface LockOptions {
  /** What this process does with the lock, e.g. `mqha up`. */
  readonly command: string;
  readonly deadline: Deadline;
  /** Called once when somebody else holds the lock and this process begins to wait. */
  readonly onWait?: (holder: LockHolder | undefined) => void;
  /** Ends the wait. Where it came before, there is something to be put right, and it is waited for. */
  readonly signal?: AbortSignal | undefined;
}

export interface Lock {
  /**
   * Whether this process holds it still: a person may have removed its files, which are made again then.
   * Who holds a lock for long asks now and then, and ends its work where the answer is no.
   */
  isHeld(): Promise<boolean>;
  release(): Promise<void>;
}

/**
 * One writer at a time. The lock is a listening socket in a directory of its own: it answers for as long as its holder
 * lives, however that ends, so there is no stale lock to judge. Whoever waits stays connected to the holder and wakes
 * when it lets go.
 *
 * @throws MqhaError `locked` when the deadline passes first, `interrupted` when the signal comes; `no-directory`,
 *   `no-permission`
 */
export async function acquireLock(place: LockPlace, options: LockOptions): Promise<Lock> {
  const { command, deadline } = options;
  const signal = options.signal?.aborted === true ? undefined : options.signal;
  const holder: LockHolder = { pid: process.pid, command };
  let waited = false;
  let seen: LockHolder | undefined;
  const onHolder = (found: LockHolder | undefined) => {
    seen = found ?? seen;
    if (!waited) options.onWait?.(found);
    waited = true;
  };
  const directory = new LockDirectory(place.at);
  for (;;) {
    const claim = await directory.claim(holder);
    if (claim) {
      const former = await holdFormerNames(place.of, holder, deadline, onHolder);
      if (former) return new HeldLock(claim, former);
      await claim.release();
    } else {
      await directory.wait(deadline, onHolder, signal);
    }
    if (signal?.aborted === true) throw interrupted(seen);
    if (deadline.passed) throw locked(place, seen);
  }
}

/** Who holds a lock now; undefined where nobody does, or it does not say so in time. */
export async function lockHolder(
  place: LockPlace,
  deadline: Deadline,
): Promise<LockHolder | undefined> {
  const found = await new LockDirectory(place.at).holder(deadline);
  return found ?? (await formerHolder(place.of));
}

class HeldLock implements Lock {
  readonly #claim: Claim;
  readonly #former: { release(): Promise<void> };

  constructor(claim: Claim, former: { release(): Promise<void> }) {
    this.#claim = claim;
    this.#former = former;
  }

  isHeld(): Promise<boolean> {
    return this.#claim.isHeld();
  }

  async release(): Promise<void> {
    await this.#former.release();
    await this.#claim.release();
  }
}

function interrupted(holder: LockHolder | undefined): MqhaError {
  const who = holder ? `\`${holder.command}\` (pid ${holder.pid})` : 'another mqha';
  return new MqhaError('interrupted', `interrupted while waiting for ${who}; nothing was done`, {
    hint: 'Run the command again once that one has finished.',
  });
}

function locked({ of }: LockPlace, holder: LockHolder | undefined): MqhaError {
  const who = holder ? `\`${holder.command}\` (pid ${holder.pid})` : 'another mqha';
  return new MqhaError('locked', `${who} is working on ${of}`, {
    hint: 'Wait until it has finished, or end it, and run the command again.',
  });
}
