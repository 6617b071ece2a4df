import { describe, expect, it } from 'vitest';
import type { SupervisorLimits } from '../../../src/config/schema.js';
import { FaultClock, limitOf } from '../../../src/supervisor/core/fault-clock.js';
import type { Fault, FaultCode } from '../../../src/observe/conditions/faults.js';

const LIMITS: SupervisorLimits = {
  restarts: 8,
  startMs: 1,
  hungMs: 6000,
  promotionMs: 300,
  attachMs: 4000,
  vetoMs: 50_000,
  absentMs: 600_000,
  zookeeperMs: 7_000_000,
};

const HUNG: Fault = { name: 'mq02', code: 'hung', detail: '00000000002' };
const attaching = (progress: number): Fault => ({
  name: 'mq03',
  code: 'attach-stuck',
  detail: String(progress),
});

describe('the limit', () => {
  it.each<[FaultCode, number]>([
    ['not-registered', 1],
    ['hung', 6000],
    ['promotion-stuck', 300],
    ['not-serving', 4300],
    ['attach-stuck', 4000],
    ['vetoing', 50_000],
    ['not-a-member', 600_000],
    ['zookeeper-hung', 7_000_000],
  ])('of %s is %i', (code, limit) => {
    expect(limitOf(code, LIMITS)).toBe(limit);
  });
});

describe('the clock of the faults', () => {
  const clockAt = (clock: FaultClock, now: number, ...faults: readonly Fault[]) =>
    clock.update(faults, now, LIMITS);

  it('tells a fault when it has lasted for its limit', () => {
    const clock = new FaultClock();
    expect(clockAt(clock, 1000, HUNG)).toEqual([]);
    expect(clockAt(clock, 6999, HUNG)).toEqual([]);
    expect(clockAt(clock, 7000, HUNG)).toEqual([HUNG]);
  });

  it('tells a fault once, and begins anew', () => {
    const clock = new FaultClock();
    clockAt(clock, 0, HUNG);
    expect(clockAt(clock, 6000, HUNG)).toEqual([HUNG]);
    expect(clockAt(clock, 6001, HUNG)).toEqual([]);
    expect(clockAt(clock, 11_999, HUNG)).toEqual([]);
    expect(clockAt(clock, 12_000, HUNG)).toEqual([HUNG]);
  });

  it('begins anew where the fault went away in between', () => {
    const clock = new FaultClock();
    clockAt(clock, 0, HUNG);
    clockAt(clock, 5000);
    expect(clockAt(clock, 6000, HUNG)).toEqual([]);
    expect(clockAt(clock, 12_000, HUNG)).toEqual([HUNG]);
  });

  it('begins anew where there is progress', () => {
    const clock = new FaultClock();
    clockAt(clock, 0, attaching(100));
    expect(clockAt(clock, 3999, attaching(101))).toEqual([]);
    expect(clockAt(clock, 7998, attaching(101))).toEqual([]);
    expect(clockAt(clock, 7999, attaching(101))).toEqual([attaching(101)]);
  });

  it('begins anew where the fault becomes another one', () => {
    const clock = new FaultClock();
    clockAt(clock, 0, { ...HUNG, code: 'promotion-stuck' });
    expect(clockAt(clock, 299, { ...HUNG, code: 'not-serving' })).toEqual([]);
    expect(clockAt(clock, 4599, { ...HUNG, code: 'not-serving' })).toHaveLength(1);
  });

  it('counts each process for itself', () => {
    const clock = new FaultClock();
    const other = { ...HUNG, name: 'mq01' };
    clockAt(clock, 0, HUNG);
    clockAt(clock, 3000, HUNG, other);
    expect(clockAt(clock, 6000, HUNG, other)).toEqual([HUNG]);
    expect(clockAt(clock, 9000, HUNG, other)).toEqual([other]);
  });

  it('is calm while nobody is at fault', () => {
    const clock = new FaultClock();
    expect(clock.isCalm).toBe(true);
    clockAt(clock, 0, HUNG);
    expect(clock.isCalm).toBe(false);
    clockAt(clock, 1);
    expect(clock.isCalm).toBe(true);
  });
});
