import { expect, it } from 'vitest';
import { isAsWaitedFor } from '../../src/operations/wait.js';
import { made, mqha } from './rig.js';
import { ACCEPTING, DEAD, judged, whole } from './scenes.js';

it('knows what is waited for: a master that serves, all attached, a certain master', () => {
  const healthy = judged(whole());
  const degraded = judged({ ...whole(), nodes: { mq02: ACCEPTING, mq03: DEAD } });
  const silent = judged({ ...whole(), nodes: {} });
  expect([healthy, degraded, silent].map((s) => isAsWaitedFor('serving', s))).toEqual([
    true,
    true,
    false,
  ]);
  expect([healthy, degraded, silent].map((s) => isAsWaitedFor('attached', s))).toEqual([
    true,
    false,
    false,
  ]);
  expect(isAsWaitedFor({ master: 'mq02' }, healthy)).toBe(true);
  expect(isAsWaitedFor({ master: 'mq02' }, silent)).toBe(false);
  expect(isAsWaitedFor({ master: 'mq01' }, healthy)).toBe(false);
});

it('ends with 1 where it is not so in time, and with 2 for what it does not know', async () => {
  const directory = await made();
  const wait = (...words: string[]) => mqha(['-C', directory, 'wait', ...words]);
  const late = await wait('--for', 'attached', '--timeout', '0.1s');
  expect(late.status).toBe(1);
  expect(late.stderr).toContain('not attached after');
  expect(late.stderr).toContain('the cluster is stopped');
  for (const what of ['master=mq09', 'quiet']) expect((await wait('--for', what)).status).toBe(2);
});
