import { InvalidArgumentError, Option } from 'commander';
import type { ExitCode } from './commands/context.js';

/** What an action tells `main`: an exit code of its own, or nothing for 0. */
export interface Outcome {
  exitCode: ExitCode;
  /** The command sees by itself that nobody reads stdout any more, and ends in order. */
  endsItself: boolean;
}

/** `--timeout` of a command that waits. */
export function timeout(byDefault: string): Option {
  return new Option('--timeout <duration>', `how long to wait (default: ${byDefault})`);
}

/** The value of an option that counts something. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) {
    throw new InvalidArgumentError(
      'It is not a whole number of at most nine digits, without a unit.',
    );
  }
  return Number(text);
}
