import { argument, command, option } from '../definition.js';
import { durationMs, timeout } from '../options.js';

const parent = { name: 'account', summary: 'who may do what, and with which password' } as const;

export const accountList = command({
  name: 'list',
  parent,
  group: 'integrate',
  summary: 'the accounts of the cluster, without passwords',
  details: 'The accounts of the cluster, and where each is let in; without passwords.',
});

export const accountShow = command({
  name: 'show',
  parent,
  group: 'integrate',
  summary: 'an account with its password',
  details: 'Prints an account with its password.',
  arguments: { name: argument('<name>') },
});

export const accountRotate = command({
  name: 'rotate',
  parent,
  group: 'integrate',
  summary: 'new passwords, without a restart',
  details:
    'Gives accounts new passwords, without a name all that mqha generates. Brokers read them within seconds, without a restart; connections that are open stay open, and the old passwords are refused. Run it again where it was interrupted.',
  arguments: { names: argument('[name...]') },
  options: {
    grace: option('<duration>', 'how long the old passwords count as well', {
      parse: durationMs,
      defaultText: 'no longer than it takes',
    }),
    timeout: timeout(60_000, { description: 'how long to wait for another mqha at work' }),
  },
  examples: [
    {
      command: 'mqha account rotate app --grace 10m',
      does: 'applications have ten minutes to take the new one',
    },
  ],
});
