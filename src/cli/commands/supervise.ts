import { command, flag } from '../definition.js';

export const supervise = command({
  name: 'supervise',
  group: 'integrate',
  summary: 'supervise the brokers in the foreground, until SIGTERM or `mqha down`',
  details: 'Supervises the cluster in the foreground, for systemd and containers.',
  options: { up: flag('start every broker first, unless the desired state of some is up already') },
});
