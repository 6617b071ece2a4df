import { command, flag } from '../definition.js';

export const open = command({
  name: 'open',
  group: 'integrate',
  summary: 'the address of the master’s web console, opened in a browser where there is one',
  details:
    'Prints the address of the master’s web console, and opens it in a browser where there is a desktop. The pages are served where mqha.yaml says `console: true`.',
  options: { print: flag('print the address and open nothing') },
});
