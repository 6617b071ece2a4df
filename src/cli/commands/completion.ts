import { argument, command } from '../definition.js';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;

export const completion = command({
  name: 'completion',
  group: 'integrate',
  summary: 'the script that completes mqha in bash, zsh or fish',
  details: 'Prints the script that completes commands, options and values in bash, zsh or fish.',
  arguments: { shell: argument('<shell>', { offer: SHELLS }) },
  examples: [
    { command: 'source <(mqha completion bash)', does: 'for this shell; in ~/.bashrc for all' },
  ],
});
