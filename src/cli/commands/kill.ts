import { command } from '../definition.js';
import { nodes, timeout, yes } from '../options.js';
import { FAILOVER_TIMEOUT_MS } from '../timeouts.js';

export const kill = command({
  name: 'kill',
  group: 'fail',
  summary: 'kill nodes with SIGKILL and follow the failover',
  details: 'Sends SIGKILL, then follows the failover and says how long it took.',
  arguments: { nodes },
  options: { timeout: timeout(FAILOVER_TIMEOUT_MS), yes },
  examples: [{ command: 'mqha kill master', does: 'see a failover' }],
});
