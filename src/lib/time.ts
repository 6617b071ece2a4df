import { setTimeout as sleepFor } from 'node:timers/promises';

/** A moment by which something must have happened; every wait of mqha has one. */
export class Deadline {
  readonly #at: number;
  readonly milliseconds: number;

  private constructor(milliseconds: number) {
    this.milliseconds = milliseconds;
    this.#at = performance.now() + milliseconds;
  }

  static in(milliseconds: number): Deadline {
    return new Deadline(milliseconds);
  }

  /** Milliseconds left, never below 0. */
  get remaining(): number {
    return Math.max(0, this.#at - performance.now());
  }

  get passed(): boolean {
    return this.remaining <= 0;
  }

  /** A shorter deadline inside this one. */
  within(milliseconds: number): Deadline {
    return new Deadline(Math.min(milliseconds, this.remaining));
  }
}

/** Sleeps; ends early, without an error, when the signal is aborted. */
export async function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  await sleepFor(milliseconds, undefined, signal ? { signal } : {}).catch(() => undefined);
}

/** The value of a promise, or undefined when the deadline passes first. The promise goes on. */
export async function before<T>(deadline: Deadline, promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => {
      resolve(undefined);
    }, deadline.remaining);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The value of a promise, or undefined once the signal is aborted. The promise goes on. */
export async function unlessAborted<T>(
  signal: AbortSignal,
  promise: Promise<T>,
): Promise<T | undefined> {
  let stop = (): void => undefined;
  const aborted = new Promise<undefined>((resolve) => {
    stop = () => {
      resolve(undefined);
    };
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** `2m 5s`, `3.2s`, `45 ms`: a duration for people. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  return `${Math.floor(milliseconds / 60_000)} min ${Math.round((milliseconds % 60_000) / 1000)} s`;
}
