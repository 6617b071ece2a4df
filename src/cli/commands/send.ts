import { usageError } from '../../lib/errors.js';
import { argument, command, flag, option } from '../definition.js';
import { timeout, wholeNumber } from '../options.js';
import { SEND_TIMEOUT_MS } from '../timeouts.js';

export const send = command({
  name: 'send',
  group: 'messages',
  summary: 'send persistent messages, each acknowledged; follows the master, at least once',
  details: 'Sends persistent messages, each acknowledged before it counts.',
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
    timeout: timeout(SEND_TIMEOUT_MS, { more: 'without an acknowledgement' }),
  },
});

function perSecond(text: string, name: string): number {
  const rate = /^\d{1,6}(\.\d{1,3})?$/.test(text) ? Number(text) : 0;
  if (rate > 0) return rate;
  throw usageError(
    'usage',
    `${name} ${text} is no number of messages a second`,
    'Write it like 100, or 0.5.',
  );
}
