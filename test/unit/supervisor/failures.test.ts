import { describe, expect, it } from 'vitest';
import { Failures } from '../../../src/supervisor/core/failures.js';

describe('brokers that end themselves', () => {
  const end = (code: string, message = 'why') => ({ at: '', pid: 1, exitCode: 72, code, message });

  it('are not tried again once two have failed for the same reason', () => {
    const failures = new Failures();
    failures.note('mq01', end('replay-failed'), undefined);
    expect(failures.hopeless('mq01', 3)).toBeUndefined();
    failures.note('mq01', end('replay-failed'), undefined);
    expect(failures.hopeless('mq01', 3)).toBeUndefined();
    expect(failures.note('mq02', end('replay-failed', 'elsewhere'), undefined)).toEqual(['mq01']);
    expect(failures.hopeless('mq02', 3)).toContain('mq01 and mq02');
    expect(failures.hopeless('mq03', 3)).toBeUndefined();
    failures.forgive('mq01');
    expect(failures.hopeless('mq02', 3)).toBeUndefined();
    failures.note('mq03', end('replay-failed'), undefined);
    expect(failures.hopeless('mq02', 3)).toContain('mq02 and mq03');
    failures.forget();
    expect(failures.hopeless('mq02', 3)).toBeUndefined();
  });

  it('are not tried again once each has found the same damage, also while another served', () => {
    const failures = new Failures();
    for (const name of ['mq01', 'mq02', 'mq03']) {
      expect(failures.hopeless(name, 3)).toBeUndefined();
      failures.note(name, end('store-damaged', 'the message at offset 1'), undefined);
      failures.forget();
    }
    expect(failures.hopeless('mq03', 3)).toContain('the message at offset 1');
    failures.note('mq02', end('store-damaged', 'the message at offset 2'), undefined);
    failures.forgive('mq03');
    expect(failures.hopeless('mq03', 3)).toBeUndefined();
    expect(failures.hopeless('mq02', 3)).toBeUndefined();
  });

  it('are tried again where each has a reason of its own, or a disk that fails', () => {
    const failures = new Failures();
    failures.note('mq01', end('start-failed', 'one'), undefined);
    failures.note('mq02', end('start-failed', 'another'), undefined);
    failures.note('mq01', end('disk-failed'), undefined);
    failures.note('mq02', end('disk-failed'), undefined);
    expect(failures.hopeless('mq01', 3)).toBeUndefined();
    expect(failures.hopeless('mq02', 3)).toBeUndefined();
  });

  it('name the master that is behind', () => {
    const failures = new Failures();
    failures.note('mq01', end('master-behind'), '0000000002');
    expect(failures.behind('0000000002')).toBe('why');
    expect(failures.behind('0000000003')).toBeUndefined();
  });
});
