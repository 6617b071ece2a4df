import { command, flag } from '../definition.js';

export const supervise = command({
  name: 'supervise',
  group: 'integrate',
  summary: 'look after the brokers in the foreground, until SIGTERM or `mqha down`',
  details: 'Looks after the cluster in the foreground, for systemd and containers.',
  options: { up: flag('start every broker first, unless some are wanted already') },
});
