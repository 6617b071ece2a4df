import { command, option } from '../definition.js';
import { yes } from '../options.js';

export const exportSystemd = command({
  name: 'systemd',
  parent: { name: 'export', summary: 'what other programs need to run or watch the cluster' },
  group: 'integrate',
  summary: 'a systemd unit that runs the supervisor',
  details: 'A systemd unit that runs the supervisor.',
  options: {
    user: option('<name>', 'who runs the brokers', {
      defaultText: 'the owner of the cluster directory',
    }),
    output: option('<file>', 'write it there; without it the unit is printed', { offer: 'file' }),
    yes,
  },
});
