import { ERROR_CODES, type ErrorCode, type FailureExitCode, type UsageCode } from './codes.js';

/** One thing that is wrong in an input: where it stands, what is wrong, what to do. */
export interface Problem {
  /** Path of the value at fault, e.g. `nodes[1].webPort`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
}

export interface MqhaErrorOptions {
  /** What the user can do about it; one sentence. */
  readonly hint: string;
  /** All problems of one input file, where there are several. */
  readonly problems?: readonly Problem[];
  readonly cause?: unknown;
}

/**
 * A failure that a user can act on. It is printed as `error:` and `hint:` without a stack trace.
 * Anything else that is thrown is a bug of ours and is printed as one.
 *
 * `code` is part of the contract of the command line, and says the exit code of the process (codes.ts).
 */
export class MqhaError extends Error {
  override readonly name = 'MqhaError';
  readonly code: ErrorCode;
  readonly hint: string;
  readonly exitCode: FailureExitCode;
  readonly problems: readonly Problem[];

  constructor(code: ErrorCode, message: string, options: MqhaErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.exitCode = ERROR_CODES[code].exitCode;
    this.problems = options.problems ?? [];
  }
}

/** The same error, with more to do. */
export function withMoreHint(error: MqhaError, more: string): MqhaError {
  const { code, message, hint, problems, cause } = error;
  return new MqhaError(code, message, { hint: `${hint} ${more}`, problems, cause });
}

/** The same error, with something else to do. */
export function withHint(error: MqhaError, hint: string): MqhaError {
  const { code, message, problems, cause } = error;
  return new MqhaError(code, message, { hint, problems, cause });
}

/** An error for wrong usage: an option, an argument, a node or `mqha.yaml` (exit code 2). */
export function usageError(
  code: UsageCode,
  message: string,
  hint: string,
  problems?: readonly Problem[],
): MqhaError {
  return new MqhaError(code, message, { hint, ...(problems ? { problems } : {}) });
}

/** The `code` of a Node.js system error (`ENOENT`, `EACCES` …), or undefined. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}

/** The message of anything that can be thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
