import type { ErrorCode } from '../lib/codes.js';
import { messageOf, MqhaError } from '../lib/errors.js';
import { before, type Deadline } from '../lib/time.js';

/**
 * What was read of one thing, or why that is unknown; `at` is when the look at it began, in milliseconds of the steady
 * clock. Whatever happened since may have changed it.
 */
export type Reading<T> =
  | { readonly at: number; readonly value: T }
  | {
      readonly at: number;
      readonly unknown: string;
      /** Of the error that kept it from being read, where there was one. */
      readonly code?: ErrorCode;
    };

/** @param at when the look began, in milliseconds of the steady clock */
export function found<T>(value: T, at: number): Reading<T> {
  return { at, value };
}

/** @param at when the look began, or was left out, in milliseconds of the steady clock */
export function unknown(reason: string, at: number): Reading<never> & { readonly unknown: string } {
  return { at, unknown: reason };
}

/** What was found; undefined where that is unknown. */
export function valueOf<T>(reading: Reading<T>): T | undefined {
  return 'value' in reading ? reading.value : undefined;
}

/** Looks now. What fails, or is not done by the deadline, is unknown; a late look goes on. */
export async function read<T>(look: () => Promise<T>, deadline?: Deadline): Promise<Reading<T>> {
  const at = performance.now();
  try {
    const looked = look().then((value) => ({ value }));
    const done = await (deadline ? before(deadline, looked) : looked);
    return done ? { at, ...done } : unknown('it was not known in time', at);
  } catch (error) {
    const nothing = unknown(messageOf(error), at);
    return error instanceof MqhaError ? { ...nothing, code: error.code } : nothing;
  }
}
