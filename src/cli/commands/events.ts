import { command, flag, option } from '../definition.js';
import { since, wholeNumber } from '../options.js';

/** How many are shown where nothing limits them. */
export const DEFAULT_LINES = 50;

export const events = command({
  name: 'events',
  group: 'look',
  summary: 'what happened to the cluster, as its supervisor and the commands recorded it',
  details: 'What happened: deaths, restarts, elections, commands; the last 50 by default.',
  options: {
    follow: flag('follow what happens', { short: 'f' }),
    lines: option('<n>', 'how many, the last ones', {
      short: 'n',
      parse: wholeNumber,
      defaultText: `${DEFAULT_LINES}, with --since all`,
    }),
    since,
  },
});
