import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseStringPromise } from 'xml2js';
import { escapeMarkup } from '../../../../src/drill/report/escape.js';
import { htmlReport } from '../../../../src/drill/report/html.js';
import { jsonReport, writeReport } from '../../../../src/drill/report/index.js';
import { junitReport } from '../../../../src/drill/report/junit.js';
import { count } from '../../../../src/lib/counted.js';
import { outageText, seconds } from '../../../../src/drill/report/words.js';
import type { DrillResult } from '../../../../src/drill/result.js';
import { MqhaError } from '../../../../src/lib/errors.js';
import { failedDrill, madeResult, madeRound, passedDrill } from '../../../support/drill-results.js';
import { temporaryDirectory } from '../../../support/temp.js';
import { EVIL, withEvil } from './texts.js';

interface Suite {
  readonly $: Readonly<Record<string, string>>;
  readonly testcase?: readonly {
    readonly $: Readonly<Record<string, string>>;
    readonly failure?: readonly { readonly _: string; readonly $: { readonly message: string } }[];
    readonly skipped?: readonly { readonly $: { readonly message: string } }[];
  }[];
}

async function junit(result: DrillResult) {
  const document = (await parseStringPromise(junitReport(result))) as {
    testsuites: { $: Readonly<Record<string, string>>; testsuite: readonly Suite[] };
  };
  return { totals: document.testsuites.$, suites: document.testsuites.testsuite };
}

describe('JUnit XML', () => {
  it('has a suite for each scenario and side, a case for each round', async () => {
    const { totals, suites } = await junit(failedDrill());
    expect(totals).toMatchObject({ tests: '9', failures: '3', errors: '0', skipped: '0' });
    expect(suites.map(({ $ }) => [$.name, $.tests, $.failures])).toEqual([
      ['lagging-slaves (with supervisor)', '3', '0'],
      ['lagging-slaves (without supervisor)', '3', '2'],
      ['hang-master (with supervisor)', '3', '1'],
    ]);
    const [first] = suites[1]?.testcase ?? [];
    expect(first?.$).toMatchObject({
      name: 'round 1',
      classname: 'mqha.drill.lagging-slaves.without.supervisor',
    });
    expect(first?.failure?.[0]?.$.message).toBe('4,348 of 7,250 acknowledged messages lost');
    expect(first?.failure?.[0]?._).toContain('lost: 4348, recovered: 1');
    expect(first?.failure?.[0]?._).toMatch(/^outage: [\d.]+ s, client 1$/m);
    expect(first?.failure?.[0]?._).toContain('+0.000 s  mq02  fault  killed mq02');
    for (const { $ } of suites) {
      expect($.timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
      expect($.time).toMatch(/^\d+\.\d{3}$/);
    }
    const times = suites.reduce((sum, { $ }) => sum + Number($.time), 0);
    expect(Number(totals.time)).toBeCloseTo(times, 2);
  });

  it('passes a drill that passed', async () => {
    const { totals } = await junit(passedDrill(2));
    expect(totals).toMatchObject({ tests: '14', failures: '0', skipped: '0' });
  });

  it('skips what could not be told, with the reason', async () => {
    const round = madeRound({ round: 2, change: { unknown: ['not read'] } });
    const { totals, suites } = await junit(madeResult([madeRound(), round]));
    expect(totals).toMatchObject({ tests: '2', failures: '0', skipped: '1' });
    expect(suites[0]?.testcase?.[1]?.skipped?.[0]?.$.message).toBe('not read');
    const none = await junit(madeResult([], { verdict: 'unknown', summary: 'no round was held' }));
    expect(none.totals).toMatchObject({ tests: '1', failures: '0', skipped: '1' });
  });

  it('never looks better than the verdict', async () => {
    const passed = madeResult([madeRound()]);
    const scenarios = passed.scenarios.map((each) => ({ ...each, verdict: 'failed' as const }));
    const ofScenario = await junit({ ...passed, scenarios, verdict: 'failed' });
    expect(ofScenario.totals).toMatchObject({ tests: '2', failures: '1' });
    const ofDrill = await junit({ ...passed, verdict: 'failed', summary: 'it went wrong' });
    expect(ofDrill.totals).toMatchObject({ tests: '2', failures: '1' });
    expect(ofDrill.suites[1]?.testcase?.[0]?.failure?.[0]?.$.message).toBe('it went wrong');
  });

  it('holds what XML cannot', async () => {
    const evil = withEvil(failedDrill());
    const log = [{ at: 1, node: 'mq01', text: `a\u0000b\u001b[31mred\u001b[0m ]]> \ud800 \ufffe` }];
    const rounds = evil.rounds.map((round) => ({ ...round, log }));
    const { totals, suites } = await junit({ ...evil, rounds });
    expect(totals.failures).toBe('3');
    const told = suites[1]?.testcase?.[0]?.failure?.[0]?._ ?? '';
    expect(told).toContain('a\ufffdbred ]]> \ufffd \ufffd');
    expect(told).toContain(EVIL);
  });

  it('holds nothing that turns or steers what shows it, in any of its files', () => {
    const HOSTILE = 'a\u001b]0;t\u0007b\u009b1mc\u007fd\u202ee\u2066f\rg';
    const rounds = failedDrill().rounds.map((round) => ({
      ...round,
      faults: [HOSTILE],
      log: [{ at: 1, node: HOSTILE, text: HOSTILE }],
    }));
    const result = { ...failedDrill(), summary: HOSTILE, rounds };
    const files = [htmlReport(result), junitReport(result), jsonReport(result)];
    for (const file of files) {
      expect(file).not.toMatch(/(?!\n)[\p{Cc}\p{Bidi_Control}]/u);
      expect(file).toMatch(/d\\u202ee\\u2066f/);
    }
    expect(JSON.parse(files[2] ?? '')).toEqual(result);
  });
});

describe('the files', () => {
  it('are written into a directory that is made, and say the same', async () => {
    const directory = join(temporaryDirectory(), 'a', 'report');
    const result = failedDrill();
    const paths = await writeReport(result, directory);
    expect(paths).toEqual(
      ['drill.html', 'drill.json', 'drill.xml'].map((name) => join(directory, name)),
    );
    expect(readdirSync(directory).sort()).toEqual(['drill.html', 'drill.json', 'drill.xml']);
    expect(JSON.parse(readFileSync(join(directory, 'drill.json'), 'utf8'))).toEqual(result);
    await writeReport(passedDrill(1), directory);
    expect(readFileSync(join(directory, 'drill.html'), 'utf8')).toContain('<title>passed: drill');
    expect(readdirSync(directory)).toHaveLength(3);
  });

  it('have each series of numbers on one line, and no text changed', () => {
    const log = [{ at: 1, node: 'mq01', text: 'positions [\n1,\n 2 ] and [1, 2]' }];
    const result = madeResult([madeRound({ log })]);
    const json = jsonReport(result);
    expect(json).toMatch(/"acknowledgedPer100ms": \[\d+,\d+/);
    expect(JSON.parse(json)).toEqual(result);
  });

  it('say what a person can do where they cannot be written', async () => {
    const file = join(temporaryDirectory(), 'taken');
    writeFileSync(file, '');
    for (const path of [file, join(file, 'below')]) {
      await expect(writeReport(passedDrill(1), path)).rejects.toMatchObject({
        code: 'no-directory',
      });
    }
    const directory = temporaryDirectory();
    mkdirSync(join(directory, 'drill.html'));
    await expect(writeReport(passedDrill(1), directory)).rejects.toBeInstanceOf(MqhaError);
    expect(readdirSync(directory)).toEqual(['drill.html']);
  });
});

describe('words and figures', () => {
  it('have units, and can be compared', () => {
    const texts = [0, 42, 999, 9_994, 9_996, 61_040, 99_960, 125_400].map(seconds);
    expect(texts.map((text) => text.replaceAll('\u00a0', ' '))).toEqual([
      '0.00 s',
      '0.04 s',
      '1.00 s',
      '9.99 s',
      '10.0 s',
      '61.0 s',
      '1 min 40 s',
      '2 min 5 s',
    ]);
    expect([null, 0, 420].map(outageText)).toEqual(['did not end', 'none', '0.42\u00a0s']);
    expect(count(1_234_567)).toBe('1,234,567');
  });

  it('escape what markup would take for its own', () => {
    expect(escapeMarkup(`<a b="c" d='e'>&\u0007`)).toBe(
      '&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;\ufffd',
    );
  });
});
