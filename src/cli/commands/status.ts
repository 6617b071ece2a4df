import { command, flag, option } from '../definition.js';
import { oneOf } from '../options.js';

export const status = command({
  name: 'status',
  group: 'look',
  summary: 'who is registered, who is master, what is wrong',
  details:
    'Who is registered, who is master, what is wrong. Exits 0 whenever it could answer. The elector is the member that decides which of them is master, often itself.',
  options: {
    output: option('<format>', 'wide: every column', {
      short: 'o',
      parse: oneOf(['wide'], 'It is wide, or left out; --json has everything.'),
      offer: ['wide'],
    }),
    watch: flag('look again and again, until it is interrupted', { short: 'w' }),
  },
});
