import { command, flag } from '../definition.js';
import { yes } from '../options.js';

export const render = command({
  name: 'render',
  group: 'make',
  summary: 'render the nodes’ files from mqha.yaml again',
  details:
    'Renders again after `mqha.yaml` was edited; `--check` only shows the differences. A file that a person has edited is overwritten with `--yes` only, and a copy of it is kept.',
  options: {
    check: flag('write nothing, print the differences, exit 1 if there are any'),
    yes,
  },
  exitCodes: {
    0: 'done; with --check: every file is as mqha.yaml says',
    1: 'there are differences, or it failed',
  },
});
