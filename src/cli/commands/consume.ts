import { argument, command, flag, option } from '../definition.js';
import { timeout, wholeNumber } from '../options.js';
import { CONSUME_TIMEOUT_MS } from '../timeouts.js';

export const consume = command({
  name: 'consume',
  group: 'messages',
  summary: 'take messages and print their bodies, one a line; each is acknowledged after that',
  details:
    'Prints messages, each acknowledged once it was written. Where no master serves it waits for one for 60 s, and says at once where the cluster is stopped; --timeout counts while a master serves. With -f it goes on until it is interrupted, and `--json` is one document a line.',
  arguments: { queue: argument('<queue>') },
  options: {
    count: option('<n>', 'end after so many', { parse: wholeNumber }),
    follow: flag('wait for more until it is interrupted', { short: 'f' }),
    browse: flag('leave them in the queue'),
    timeout: timeout(CONSUME_TIMEOUT_MS, {
      description: 'end when none has come for so long, without -f',
    }),
  },
  endsItself: true,
});
