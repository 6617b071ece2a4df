import { command, flag } from '../definition.js';
import { timeout, yes } from '../options.js';
import { STOP_TIMEOUT_MS } from '../timeouts.js';

export const destroy = command({
  name: 'destroy',
  group: 'make',
  summary: 'stop the cluster and remove what mqha made, messages included',
  details: 'Stops the cluster and removes what mqha made, after asking.',
  options: {
    keepZnodes: flag('leave the znodes of an external ensemble alone'),
    timeout: timeout(STOP_TIMEOUT_MS),
    yes,
  },
});
