import { argument, command, option } from '../definition.js';
import { dryRun, timeout, wholeNumber, yes } from '../options.js';
import { START_TIMEOUT_MS } from '../timeouts.js';

export const scale = command({
  name: 'scale',
  group: 'run',
  summary: 'more or fewer nodes, under load; resumes where it was interrupted',
  details:
    'More or fewer nodes, under load; resumes where it was interrupted; `--dry-run` prints the order.',
  arguments: {
    size: argument('<n>', {
      description: 'how many nodes it shall be, 1 to 9',
      parse: wholeNumber,
    }),
  },
  options: {
    remove: option('<node...>', 'who leaves', { defaultText: 'the last of mqha.yaml' }),
    dryRun,
    timeout: timeout(START_TIMEOUT_MS, { more: 'for each step' }),
    yes,
  },
});
