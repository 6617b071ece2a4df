import { command, option } from '../definition.js';
import { ROLES, timeout, yes } from '../options.js';
import { START_TIMEOUT_MS } from '../timeouts.js';

export const switchover = command({
  name: 'switchover',
  group: 'run',
  summary: 'change the master as planned: refuses while a slave is attaching or lagging',
  details: 'A planned change of master; refused while a slave is attaching or lagging.',
  options: {
    to: option('<node>', 'who should be master afterwards', {
      defaultText: 'whoever is elected',
      offer: ROLES.filter((role) => role !== 'master'),
    }),
    timeout: timeout(START_TIMEOUT_MS),
    yes,
  },
});
