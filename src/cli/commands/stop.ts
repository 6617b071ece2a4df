import { command } from '../definition.js';
import { nodes, timeout, yes } from '../options.js';
import { STOP_TIMEOUT_MS } from '../timeouts.js';

export const stop = command({
  name: 'stop',
  group: 'run',
  summary: 'stop nodes gracefully (by name, or master, elector, slave)',
  details: 'Stops nodes gracefully; asks before quorum is lost.',
  arguments: { nodes },
  options: { timeout: timeout(STOP_TIMEOUT_MS), yes },
});
