import { command, flag } from '../definition.js';

export const status = command({
  name: 'status',
  group: 'look',
  summary: 'who is registered, who is master, what is wrong',
  details: 'Who is registered, who is master, what is wrong. Exits 0 whenever it could answer.',
  options: {
    watch: flag('look again and again, until it is interrupted', { short: 'w' }),
  },
});
