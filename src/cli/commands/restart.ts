import { argument, command } from '../definition.js';
import { ROLES, timeout, yes } from '../options.js';
import { START_TIMEOUT_MS } from '../timeouts.js';

export const restart = command({
  name: 'restart',
  group: 'run',
  summary: 'restart nodes one after the other; without names all, the master last',
  details:
    'Restarts nodes; without names it goes node by node, the master last, and resumes where an interrupted one ended.',
  arguments: { nodes: argument('[node...]', { offer: ROLES }) },
  options: { timeout: timeout(START_TIMEOUT_MS, { more: 'for each' }), yes },
});
