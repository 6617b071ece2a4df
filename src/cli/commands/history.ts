import { command } from '../definition.js';
import { since } from '../options.js';

export const history = command({
  name: 'history',
  group: 'look',
  summary: 'the changes of master: when, why, and how long there was none',
  details: 'Every change of master: when, from whom to whom, why, and how long there was none.',
  options: { since },
});
