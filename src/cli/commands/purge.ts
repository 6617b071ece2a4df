import { argument, command } from '../definition.js';
import { timeout, yes } from '../options.js';
import { PURGE_TIMEOUT_MS } from '../timeouts.js';

export const purge = command({
  name: 'purge',
  group: 'messages',
  summary: 'take every message out of a queue, and drop it',
  details:
    'Takes every message out of a queue, after asking, and says what is left. A message that another consumer holds comes back where that does not acknowledge it.',
  arguments: { queue: argument('<queue>') },
  options: { timeout: timeout(PURGE_TIMEOUT_MS), yes },
});
