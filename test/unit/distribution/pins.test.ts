import { describe, expect, it } from 'vitest';
import { HELD } from '../../../scripts/pins/held.js';
import { judge, newerIn } from '../../../scripts/pins/judge.js';
import { PINNED } from '../../../src/distribution/artifacts.js';

const OUTPUT = `The following dependencies in Dependencies have newer versions:
  org.some:some ........................ 3.9.5 -> 3.9.6
  org.long.group.of.somebody:with-a-long-name ...
                                          4.1.130.Final -> 4.1.140.Final

`;

const pin = (version: string) => ({ group: 'org.some', artifact: 'some', version });
const problemOf = (newer: string | undefined, held: Parameters<typeof judge>[2]) =>
  judge([pin('1.0')], new Map(newer === undefined ? [] : [['org.some:some', newer]]), held)
    .verdicts[0]?.problem;

describe('a pinned artifact', () => {
  it('has a newer version where Maven says so, also on two lines', () => {
    expect([...newerIn(OUTPUT)]).toEqual([
      ['org.some:some', '3.9.6'],
      ['org.long.group.of.somebody:with-a-long-name', '4.1.140.Final'],
    ]);
  });

  it('is the newest, or says why not', () => {
    expect(problemOf(undefined, [])).toBeUndefined();
    expect(problemOf('1.1', [])).toContain('1.1 is there: pin it');
    expect(problemOf('1.1', [{ of: 'org.some', why: 'so' }])).toBeUndefined();
    expect(problemOf('1.1', [{ of: 'org.some:some', why: 'so' }])).toBeUndefined();
    expect(problemOf('1.1', [{ of: 'org.other', why: 'so' }])).toContain('1.1 is there');
  });

  it('asks again where a version is newer than its reason', () => {
    const held = [{ of: 'org.some', why: 'so', until: '1.9.2' }];
    expect(problemOf('1.9.2', held)).toBeUndefined();
    expect(problemOf('1.9', held)).toBeUndefined();
    expect(problemOf('1.9.10', held)).toContain('the reason not to pin it is about 1.9.2');
  });

  it('needs no reason where nothing is newer', () => {
    const held = [{ of: 'org.some', why: 'so' }];
    expect(judge([pin('1.0')], new Map(), held).idle).toEqual(held);
    expect(judge([pin('1.0')], new Map([['org.some:some', '2']]), held).idle).toEqual([]);
  });
});

describe('each reason', () => {
  it('is about something that is pinned', () => {
    const names = new Set(PINNED.flatMap(({ group, artifact }) => [group, `${group}:${artifact}`]));
    expect(HELD.filter(({ of, why }) => !names.has(of) || why === '')).toEqual([]);
  });
});
