import { describe, expect, it } from 'vitest';
import type { StatusProblem } from '../../../src/observe/status.js';
import { differingIn } from '../../../src/operations/restart-differing.js';

describe('who is restarted since it runs with other settings', () => {
  const needed = (node: string | null, severity: StatusProblem['severity'] = 'warning') =>
    ({ code: 'restart-needed', node, severity, message: '', hint: '' }) as const;

  it('is each once, and nobody who has the settings', () => {
    const problems = [
      needed('mq02'),
      needed('mq02'),
      { ...needed('mq01'), code: 'slave-attaching' as const },
      needed('mq03'),
    ];
    expect(differingIn({ problems })).toEqual(['mq02', 'mq03']);
    expect(differingIn({ problems: [] })).toEqual([]);
  });

  it('is nobody whose number of nodes is another: that is a matter of scale', () => {
    expect(differingIn({ problems: [needed('mq02', 'error'), needed(null)] })).toEqual([]);
  });
});
