import { expect, it } from 'vitest';
import { made, mqha } from './rig.js';

it('send says at once that the cluster is stopped, and does not wait', async () => {
  // Waiting would take the time limit: an hour.
  const send = await mqha(['-C', await made({ nodes: 1 }), 'send', 'q', 'x', '--timeout', '1h']);
  expect(send.status).toBe(1);
  expect(send.stderr).toContain('nothing was sent: the cluster is stopped');
  expect(send.stderr).toContain('mqha up');
});
