import { usageError } from '../../lib/errors.js';
import { DEFAULT_WORKLOAD } from '../title.js';
import { durable } from './durable.js';
import { groups } from './groups.js';
import { large } from './large.js';
import { transactions } from './transactions.js';
import type { Workload } from './workload.js';

/** The numbered sends that every drill has, and their consumer. */
const queue: Workload = {
  name: DEFAULT_WORKLOAD,
  description: 'Numbered messages go into a queue, and a consumer takes half of them.',
};

/** Every workload, in the order in which they are drilled. */
export const WORKLOADS: readonly Workload[] = [queue, transactions, durable, large, groups];

const ALL = 'all';

/**
 * The workloads that the words of a command line mean, each once, in the order of the table.
 * @param words each can be several names, with commas
 * @throws MqhaError `usage` (exit code 2)
 */
export function workloadsNamed(words: readonly string[]): readonly Workload[] {
  const asked = words.flatMap((word) => word.split(',')).map((word) => word.trim());
  const names = WORKLOADS.map(({ name }) => name);
  const unknown = asked.filter((word) => word !== ALL && !names.includes(word));
  if (unknown.length > 0) {
    throw usageError(
      'usage',
      `there is no workload ${unknown.map((word) => `"${word}"`).join(', ')}`,
      `The workloads are ${names.join(', ')}; ${ALL} means every one.`,
    );
  }
  return WORKLOADS.filter(({ name }) => asked.includes(name) || asked.includes(ALL));
}
