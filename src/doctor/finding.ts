import type { ProblemCode } from '../observe/problem-codes.js';
import type { FileCode, CheckCode } from './check-codes.js';

/** `unknown`: it could not be looked at, and the message says why. */
export type Result = 'pass' | 'warn' | 'fail' | 'unknown';

/** One line of the answer of `mqha doctor`. */
export interface Check {
  /** A problem of `mqha status` has its own. */
  readonly code: CheckCode | ProblemCode;
  readonly result: Result;
  /** As it was named, or relative to the cluster directory; null where the machine is meant. */
  readonly file: string | null;
  /** From 1. */
  readonly line: number | null;
  readonly column: number | null;
  /** A node of the cluster. */
  readonly node: string | null;
  readonly message: string;
  /** What to do; null where there is nothing. */
  readonly hint: string | null;
}

/** A place in a file; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Where something stands. */
export interface Place extends Position {
  readonly file: string;
}

/** What a check of files has found; what to do stands in the table of codes, unless it is said here. */
export interface Finding {
  readonly code: FileCode;
  readonly result: Exclude<Result, 'pass'>;
  readonly at: Place;
  readonly message: string;
  readonly hint?: string;
}

/** What is passed on to a program: the document of `mqha doctor --json`. */
export interface Examination {
  readonly schema: 1;
  /** The cluster directory; null where files or the machine alone were examined. */
  readonly cluster: string | null;
  /** The files that were read. */
  readonly files: readonly string[];
  readonly summary: Readonly<Record<Result, number>>;
  readonly checks: readonly Check[];
}

/** The document of some checks. */
export function examination(
  checks: readonly Check[],
  about: Pick<Examination, 'cluster' | 'files'>,
): Examination {
  const number = (result: Result) => checks.filter((check) => check.result === result).length;
  return {
    schema: 1,
    ...about,
    summary: {
      pass: number('pass'),
      warn: number('warn'),
      fail: number('fail'),
      unknown: number('unknown'),
    },
    checks,
  };
}
