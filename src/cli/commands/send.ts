import { usageError } from '../../lib/errors.js';
import { argument, command, flag, option, repeatable } from '../definition.js';
import { durationMs, numberFrom, timeout, wholeNumber } from '../options.js';
import { SEND_TIMEOUT_MS } from '../timeouts.js';

/** More would use up the connections of a broker (limits.connections). */
const MOST_CLIENTS = 200;

export const send = command({
  name: 'send',
  group: 'messages',
  summary: 'send persistent messages, each acknowledged; follows the master, at least once',
  details:
    'Sends persistent messages, each acknowledged before it counts. `--clients` sends with several at once, each over a connection of its own; `--rate` is that of all together.',
  arguments: { queue: argument('<queue>'), body: argument('[body]') },
  options: {
    file: option('<path>', 'the body is the content of a file', { offer: 'file' }),
    stdin: flag('each line of stdin is a message'),
    count: option('<n>', 'send the body, or bodies of a size, so many times', {
      parse: wholeNumber,
    }),
    size: option('<bytes>', 'bodies of this size, each beginning with its number', {
      parse: wholeNumber,
    }),
    rate: option('<n>', 'at most so many a second', { parse: perSecond }),
    clients: option('<n>', 'so many clients take turns; the order is kept by one alone', {
      parse: numberFrom(1, MOST_CLIENTS),
      default: 1,
    }),
    property: repeatable('<name=value>', 'a property of each message; as often as there are', {
      parse: propertyOf,
    }),
    priority: option('<n>', 'the priority of each, 0 to 9', { parse: numberFrom(0, 9) }),
    ttl: option('<duration>', 'each expires after so long', { parse: durationMs }),
    correlationId: option('<id>', 'the JMSCorrelationID of each'),
    messageGroup: option('<name>', 'the JMSXGroupID of each: one consumer gets all of a group'),
    timeout: timeout(SEND_TIMEOUT_MS, { more: 'without an acknowledgement' }),
  },
});

/** Names that selectors can speak of (JMS 1.1, 3.8.1.1). */
const PROPERTY = /^([A-Za-z_$][\w$]*)=(.*)$/s;

function propertyOf(text: string, name: string): readonly [string, string] {
  const [, key = '', value = ''] = PROPERTY.exec(text) ?? [];
  if (key !== '' && !key.startsWith('JMS')) return [key, value];
  throw usageError(
    'usage',
    key === ''
      ? `${name} ${text} is no property`
      : `${name} ${text}: names that begin with JMS are set by JMS itself`,
    'Write it like region=eu. Its value is a text.',
  );
}

function perSecond(text: string, name: string): number {
  const rate = /^\d{1,6}(\.\d{1,3})?$/.test(text) ? Number(text) : 0;
  if (rate > 0) return rate;
  throw usageError(
    'usage',
    `${name} ${text} is no number of messages a second`,
    'Write it like 100, or 0.5.',
  );
}
