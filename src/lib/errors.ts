/** One thing that is wrong in an input: where it stands, what is wrong, what to do. */
export interface Problem {
  /** Path of the value at fault, e.g. `nodes[1].webPort`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
}

export interface MqhaErrorOptions {
  /** What the user can do about it; one sentence. */
  readonly hint: string;
  /** Process exit code: 2 for what was typed or written wrongly, 1 for everything else. */
  readonly exitCode?: 1 | 2 | 3 | 130;
  /** All problems of one input file, where there are several. */
  readonly problems?: readonly Problem[];
  readonly cause?: unknown;
}

/**
 * A failure that a user can act on. It is printed as `error:` and `hint:` without a stack trace.
 * Anything else that is thrown is a bug of ours and is printed as one.
 *
 * `code` is part of the contract of the command line; the list stands in docs/codes.md and only grows.
 */
export class MqhaError extends Error {
  override readonly name = 'MqhaError';
  readonly code: string;
  readonly hint: string;
  readonly exitCode: 1 | 2 | 3 | 130;
  readonly problems: readonly Problem[];

  constructor(code: string, message: string, options: MqhaErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.exitCode = options.exitCode ?? 1;
    this.problems = options.problems ?? [];
  }
}

/** The same error, with more to do. */
export function withMoreHint(error: MqhaError, more: string): MqhaError {
  const { code, message, hint, exitCode, problems, cause } = error;
  return new MqhaError(code, message, { hint: `${hint} ${more}`, exitCode, problems, cause });
}

/** An error for wrong usage: an option, an argument, a node or `mqha.yaml` (exit code 2). */
export function usageError(
  code: string,
  message: string,
  hint: string,
  problems?: readonly Problem[],
): MqhaError {
  return new MqhaError(code, message, { hint, exitCode: 2, ...(problems ? { problems } : {}) });
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
