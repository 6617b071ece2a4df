import { usageError } from '../../lib/errors.js';
import type { WaitedFor } from '../../operations/wait.js';
import { command, option } from '../definition.js';
import { timeout } from '../options.js';
import { START_TIMEOUT_MS } from '../timeouts.js';

export const wait = command({
  name: 'wait',
  group: 'look',
  summary: 'wait until a master serves, every slave is attached, or a node is master',
  details:
    'Waits until the cluster is `serving` (a master lets clients in), `attached` (every node is in, every slave has caught up), or `master=mq02` serves. Exits 1 where it is not so in time.',
  options: {
    for: option('<what>', 'serving, attached or master=<node>', {
      parse: waitedFor,
      default: 'serving',
      offer: ['serving', 'attached', 'master='],
    }),
    timeout: timeout(START_TIMEOUT_MS),
  },
  examples: [
    { command: 'mqha wait --for attached --timeout 2m', does: 'before a deployment goes on' },
  ],
});

function waitedFor(text: string, name: string): WaitedFor {
  if (text === 'serving' || text === 'attached') return text;
  const master = /^master=(.+)$/.exec(text)?.[1];
  if (master !== undefined) return { master };
  throw usageError(
    'usage',
    `${name} ${text} is not known`,
    'It is serving, attached or master=<node>.',
  );
}
