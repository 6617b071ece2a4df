import { expect, it } from 'vitest';
import { killText } from '../../src/cli/run/kill.js';

const nothing = { killed: [], newMaster: null, failoverMs: null, state: 'degraded' } as const;

it('says plainly that nothing was killed, and who does not run', () => {
  expect(killText(nothing, ['mq02'])).toBe(
    'nothing was killed: mq02 does not run; the cluster is degraded',
  );
  const one = { ...nothing, killed: [{ name: 'mq01', was: 'slave' as const }] };
  expect(killText(one, ['mq01', 'mq02', 'mq03'])).toBe(
    'killed mq01 (was slave); mq02, mq03 do not run; no failover; the cluster is degraded',
  );
  expect(killText(one, ['mq01'])).not.toContain('not run');
});
