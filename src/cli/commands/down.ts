import { command } from '../definition.js';
import { timeout, yes } from '../options.js';
import { STOP_TIMEOUT_MS } from '../timeouts.js';

export const down = command({
  name: 'down',
  group: 'run',
  summary: 'stop the brokers, then the managed ZooKeeper; the data is kept',
  details: 'Stops brokers and managed ZooKeeper; keeps the data.',
  // It asks nothing; scripts give --yes to whatever stops something.
  options: { timeout: timeout(STOP_TIMEOUT_MS), yes },
});
