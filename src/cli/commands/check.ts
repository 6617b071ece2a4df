import { command } from '../definition.js';

export const check = command({
  name: 'check',
  group: 'look',
  summary: 'one line for a monitor; exits 0 serving, 1 degraded, 2 not serving, 3 unknown',
  details:
    'One line for a monitor: exits 0 serving, 1 degraded or with an error in `status`, 2 not serving, or senders are blocked, 3 unknown.',
  exitCodes: {
    0: 'serving',
    1: 'degraded, or an error in status',
    2: 'not serving, or senders are blocked',
    3: 'unknown, or wrong usage',
  },
});
