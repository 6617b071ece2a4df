import { argument, command } from '../definition.js';
import { timeout } from '../options.js';

const parent = { name: 'config', summary: 'the settings in mqha.yaml' } as const;

const lockTimeout = timeout(60_000, { description: 'how long to wait for another mqha at work' });

export const configGet = command({
  name: 'get',
  parent,
  group: 'make',
  summary: 'what mqha.yaml says of a key, or what is so without it',
  details:
    'What mqha.yaml says of a key, or what is so without a word there; without a key all of it, with every default.',
  arguments: { key: argument('[key]', { description: 'limits.store, nodes.mq02.host' }) },
});

export const configSet = command({
  name: 'set',
  parent,
  group: 'make',
  summary: 'gives a key of mqha.yaml another value, and keeps comments',
  details:
    'Gives a key of mqha.yaml another value, in YAML; comments and other lines stay as they are. What would not be valid is refused with every reason, and changes nothing. No process is touched: it says which brokers run with something else.',
  arguments: { key: argument('<key>'), value: argument('<value>') },
  options: { timeout: lockTimeout },
  examples: [
    {
      command: 'mqha config set limits.store 50gb',
      does: 'a larger store, from the next restart on',
    },
  ],
});

export const configUnset = command({
  name: 'unset',
  parent,
  group: 'make',
  summary: 'takes a key out of mqha.yaml, so that it is as by default',
  details:
    'Takes a key out of mqha.yaml, so that it is as by default; as `config set` in everything else.',
  arguments: { key: argument('<key>') },
  options: { timeout: lockTimeout },
});

export const configSchema = command({
  name: 'schema',
  parent,
  group: 'make',
  summary: 'the JSON schema of mqha.yaml, for editors',
  details:
    'Prints the JSON schema of mqha.yaml. An editor with a YAML language server completes and checks the file by it, where the first line of mqha.yaml names it: `# yaml-language-server: $schema=mqha.schema.json`.',
  examples: [{ command: 'mqha config schema > mqha.schema.json', does: 'beside mqha.yaml' }],
});
