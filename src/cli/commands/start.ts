import { command } from '../definition.js';
import { nodes, timeout } from '../options.js';
import { START_TIMEOUT_MS } from '../timeouts.js';

export const start = command({
  name: 'start',
  group: 'run',
  summary: 'start nodes (by name or role)',
  details: 'Starts nodes, by name or role.',
  arguments: { nodes },
  options: { timeout: timeout(START_TIMEOUT_MS) },
});
