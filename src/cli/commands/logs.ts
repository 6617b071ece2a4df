import { argument, command, flag, option } from '../definition.js';
import { since, wholeNumber } from '../options.js';

export const logs = command({
  name: 'logs',
  group: 'look',
  summary: 'the log of a node or of zookeeper; without a name all of them',
  details: 'The log of a node or of `zookeeper`; without a name all of them.',
  arguments: { node: argument('[node]', { offer: ['zookeeper'] }) },
  options: {
    follow: flag('follow what is written, after the last lines', { short: 'f' }),
    lines: option('<n>', 'how many lines', {
      short: 'n',
      parse: wholeNumber,
      defaultText: '50, with --since all',
    }),
    since,
  },
});
