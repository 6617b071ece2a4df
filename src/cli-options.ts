import { InvalidArgumentError, Option } from 'commander';

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
