import { command, flag, without } from '../definition.js';
import { dryRun, timeout, yes } from '../options.js';
import { START_TIMEOUT_MS } from '../timeouts.js';

export const up = command({
  name: 'up',
  group: 'run',
  summary: 'start what is not running and leave a supervisor; returns when a client can send',
  details:
    'Starts what is not running and leaves a supervisor; returns when a client can send and every slave is attached. It resumes a change of the number of nodes that was interrupted.',
  options: {
    dryRun,
    restart: flag(
      'restart what runs with other settings than mqha.yaml says, one after the other, the master last',
    ),
    yes,
    supervisor: without('leave no supervisor, and end one that runs'),
    timeout: timeout(START_TIMEOUT_MS),
  },
});
