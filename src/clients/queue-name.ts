import { usageError } from '../lib/errors.js';
import { visibleJson } from '../lib/visible.js';

/** What ActiveMQ would not take for the name of one queue, and why. */
const FAULTS: readonly (readonly [RegExp, string])[] = [
  [/^$/, 'is empty'],
  [/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u, 'has a control character'],
  [/^\s|\s$/, 'begins or ends with a space, which ActiveMQ drops'],
  [/^(queue|topic|temp-queue|temp-topic):\/\//, 'has a prefix; a plain name is a queue'],
  [/,/, 'has a comma, which makes several queues of it'],
  [/[*>]/, 'has a wildcard (* or >)'],
  [/\?/, 'has a question mark, after which ActiveMQ reads options'],
];

/**
 * @returns the name
 * @throws MqhaError `usage` (exit code 2) where it is not the name of one queue
 */
export function checkQueueName(name: string): string {
  const fault = FAULTS.find(([pattern]) => pattern.test(name));
  if (fault) {
    throw usageError(
      'usage',
      `${visibleJson(JSON.stringify(name))} is no name of a queue: it ${fault[1]}`,
      'Write one plain name, like orders or shop.orders.',
    );
  }
  return name;
}
