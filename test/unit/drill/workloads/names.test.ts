import { describe, expect, it } from 'vitest';
import { WORKLOADS, workloadsNamed } from '../../../../src/drill/workloads/index.js';
import { errorOf, mqha } from '../../rig.js';

const NAMES = ['queue', 'transactions', 'durable', 'large', 'groups'];

describe('workloads', () => {
  const named = (...words: string[]) => workloadsNamed(words).map(({ name }) => name);

  it('are these', () => {
    expect(WORKLOADS.map(({ name }) => name)).toEqual(NAMES);
    expect(named('all')).toEqual(NAMES);
  });

  it('are taken once, in the order of the table, as several words or with commas', () => {
    expect(named('groups', 'queue', 'groups')).toEqual(['queue', 'groups']);
    expect(named('large,durable', 'queue')).toEqual(['queue', 'durable', 'large']);
    expect(named('large, durable')).toEqual(['durable', 'large']);
  });

  it.each([['groupes'], ['large,'], ['']])('that nobody knows are refused: %j', async (word) => {
    const run = await mqha(['drill', '--workload', word, '--json']);
    expect(run).toMatchObject({ status: 2, stdout: '' });
    expect(errorOf(run)).toMatchObject({ code: 'usage' });
    expect(errorOf(run).message).toMatch(/^there is no workload "/);
    for (const name of [...NAMES, 'all']) expect(errorOf(run).hint).toContain(name);
  });
});
