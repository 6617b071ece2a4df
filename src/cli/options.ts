// Options and values that several commands have.
import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../config/units.js';
import { usageError } from '../lib/errors.js';
import { argument, flag, option, type Parse } from './definition.js';
import { sinceOf } from './since.js';

const DAY_MS = 24 * 3_600_000;

/** A value that counts something. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) {
    throw new InvalidArgumentError(
      'It is not a whole number of at most nine digits, without a unit.',
    );
  }
  return Number(text);
}

/** A whole number within bounds. */
export function numberFrom(
  least: number,
  most: number,
  hint = `It is a number from ${least} to ${most}.`,
): Parse<number> {
  return (text, name) => {
    const value = wholeNumber(text);
    if (value >= least && value <= most) return value;
    throw usageError('usage', `${name} ${value} is out of range`, hint);
  };
}

/** One of some words. @param hint `It is with, without or both.` */
export function oneOf<const W extends string>(words: readonly W[], hint: string): Parse<W> {
  return (text, name) => {
    const word = words.find((each) => each === text);
    if (word !== undefined) return word;
    throw usageError('usage', `${name} ${text} is not known`, hint);
  };
}

/** A duration in milliseconds. */
export const durationMs: Parse<number> = (text, name) => {
  const ms = parseDuration(text);
  if (ms === undefined || ms <= 0 || ms > DAY_MS) {
    throw usageError(
      'usage',
      `${name} ${text} is no duration`,
      'Write it like 60s, 2m or 1m30s; it is 1 day at most.',
    );
  }
  return ms;
};

/** `120s`, as durations are written. @param ms whole seconds */
export function seconds(ms: number): string {
  return `${ms / 1000}s`;
}

/** `--timeout`. @param more what the default is counted for: `for each` */
export function timeout(
  defaultMs: number,
  { more = '', description = 'how long to wait' }: { more?: string; description?: string } = {},
) {
  return option('<duration>', description, {
    parse: durationMs,
    default: defaultMs,
    defaultText: [seconds(defaultMs), more].join(' ').trimEnd(),
  });
}

/** `--yes` */
export const yes = flag('answer every question with yes', { short: 'y' });

/** `--dry-run` */
export const dryRun = flag('print the plan and change nothing');

/** `--since` */
export const since = option('<when>', 'a duration back from now (10m, 2h, 3d) or an ISO time', {
  parse: (text) => sinceOf(text),
});

/** Words that stand for a node. */
export const ROLES = ['master', 'elector', 'slave'] as const;

/** Nodes by name or role: all of those that follow. */
export const nodes = argument('<node...>', { offer: ROLES });

/** The options of every command. */
export const GLOBAL_OPTIONS = {
  cluster: option('<dir>', 'the cluster directory', {
    short: 'C',
    defaultText: '$MQHA_CLUSTER, else the nearest mqha.yaml upward',
    offer: 'directory',
  }),
  json: flag('answer with one JSON document on stdout'),
  verbose: flag('show the stack trace of an error'),
};
