import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseStringPromise } from 'xml2js';
import { chart } from '../../../src/drill/report/chart.js';
import { escape } from '../../../src/drill/report/escape.js';
import { placeFlags } from '../../../src/drill/report/flags.js';
import { htmlReport } from '../../../src/drill/report/html.js';
import { jsonReport, writeReport } from '../../../src/drill/report/index.js';
import { junitReport } from '../../../src/drill/report/junit.js';
import { scalesOf } from '../../../src/drill/report/scale.js';
import { count, outageText, seconds } from '../../../src/drill/report/words.js';
import type { DrillResult, RoundResult } from '../../../src/drill/result.js';
import { MqhaError } from '../../../src/errors.js';
import {
  failedDrill,
  madeResult,
  madeRound,
  passedDrill,
  rollingRound,
} from '../../support/drill-results.js';
import { temporaryDirectory } from '../../support/temp.js';

const EVIL = `<img src=x onerror="alert('1')">&amp; </style></script>{{= 1 }}`;

/** What a browser shows of a page, without its tags. */
const shown = (html: string) =>
  html
    .replace(/<style>[\s\S]*?<\/style>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');

const drawn = (round: RoundResult) => {
  const [scale] = scalesOf([round]);
  if (!scale) throw new Error('no scale');
  return chart(round, scale);
};

/** Every text of a result, replaced by one that would break a page. */
function withEvil(result: DrillResult): DrillResult {
  const keep = new Set(['verdict', 'side', 'kind', 'startedAt', 'severity', 'sync']);
  return JSON.parse(
    JSON.stringify(result, (key: string, value: unknown) =>
      typeof value === 'string' && !keep.has(key) ? `${value}${EVIL}` : value,
    ),
  ) as DrillResult;
}

describe('the page', () => {
  it('says first what came out: passed, nothing lost, service back, how long the outage was', () => {
    const [text = ''] = shown(htmlReport(passedDrill(3))).split('The worst of all rounds');
    expect(text).toMatch(/Failover drill mqStore .*✓ passed \d+ messages acknowledged, none lost/);
    expect(text).toMatch(/Lost 0 of [\d,]+ acknowledged messages/);
    expect(text).toMatch(/Service back 21 of 21 rounds/);
    expect(text).toContain('Worst outage 13.5 s with supervisor, in zookeeper-outage');
    expect(text).toContain('11.6 s without supervisor, in hang-master');
    expect(text).toContain('median outage 5.2 × shorter with the supervisor');
  });

  it('says what failed, and where', () => {
    const text = shown(htmlReport(failedDrill()));
    expect(text).toContain(
      'lagging-slaves, without supervisor failed: 7,825 of 21,750 acknowledged messages lost (rounds 1, 2)',
    );
    expect(text).toContain(
      'hang-master, with supervisor failed: service did not come back (round 2)',
    );
    expect(text).not.toContain('lagging-slaves, with supervisor failed');
    expect(text).toContain('with supervisor ✕ failed 3 0 6.65 s did not end');
    expect(text).toContain('local_mem: acknowledged before any slave has it');
    expect(text).toContain('no-quorum 1 of 3 members is registered');
  });

  it('says when it could not be told, and why', () => {
    const round = madeRound({
      counts: { lost: 12 },
      change: { unknown: ['the queue could not be read to its end'] },
    });
    const result = madeResult([round]);
    const scenarios = result.scenarios.map((each) => ({
      ...each,
      verdict: 'unknown' as const,
      reason: 'the queue could not be read to its end',
    }));
    const page = htmlReport({ ...result, verdict: 'unknown', interrupted: true, scenarios });
    const text = shown(page);
    expect(text).toContain('? could not tell interrupted');
    expect(text).toContain(
      'kill-master, with supervisor could not tell: the queue could not be read',
    );
    expect(text).toMatch(/12 of [\d,]+ acknowledged messages not seen/);
    expect(page).toContain('<li class="card unknown">');
    expect(page).not.toContain('class="card failed"');
  });

  it('is made of an empty drill, too', () => {
    const text = shown(htmlReport(madeResult([], { verdict: 'unknown', interrupted: true })));
    expect(text).toContain('could not tell');
    expect(text).toContain('No round was run');
    expect(text).toContain('Service back 0 of 0');
  });

  it('shows scenarios that were not run, and rounds that nobody has summed up', () => {
    const result = passedDrill(1);
    const scenarios = result.scenarios.map((each) => ({ ...each, rounds: 0 }));
    expect(shown(htmlReport({ ...result, rounds: [], scenarios }))).toContain('no round was run');
    const text = shown(htmlReport({ ...result, scenarios: [] }));
    expect(text).toContain('kill-master, with supervisor could not tell');
  });

  it('has every round once, the worst and the median in sight', () => {
    const page = htmlReport(passedDrill(10));
    expect(page.match(/<figure id="kill-master-supervisor-\d+"/g)).toHaveLength(10);
    expect(shown(page)).toContain('8 more rounds');
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const targets = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
    expect(targets.filter((id) => !ids.includes(id))).toEqual([]);
  });

  it('takes nothing from elsewhere and runs nothing', () => {
    for (const result of [passedDrill(2), failedDrill()]) {
      const page = htmlReport(result);
      expect(page).not.toMatch(
        /https?:|\/\/www|url\(|@import|\ssrc=|srcset|<link|<script|<iframe/i,
      );
      expect(page).not.toMatch(/\son\w+=/i);
      expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'`);
      expect(page).not.toMatch(/\{\{|\}\}|undefined|NaN|\[object/);
    }
  });

  it('escapes every text', () => {
    const page = htmlReport(withEvil(failedDrill()));
    expect(page).not.toContain('<img');
    expect(page).toContain('&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;amp;');
    expect(page).toContain('{{= 1 }}');
    expect(page.match(/<\/style>/g)).toHaveLength(1);
    expect(page).not.toContain('</script>');
  });

  it('stays small with every scenario on both sides ten times, and logs that a broker floods', () => {
    const text = `WARN | ${'x'.repeat(2_000)}`;
    const flood = Array.from({ length: 1_000 }, (_, at) => ({ at: at * 5, node: 'mq01', text }));
    const rounds = Array.from({ length: 260 }, (_, at) =>
      madeRound({
        scenario: `scenario-${Math.floor(at / 20)}`,
        side: at % 20 < 10 ? 'supervisor' : 'alone',
        round: (at % 10) + 1,
        outageMs: 2_500 + at,
        ...(at === 0 ? { log: flood } : {}),
      }),
    );
    const page = htmlReport(madeResult(rounds));
    expect(page.length).toBeLessThan(3_000_000);
    expect(shown(page)).toContain('850 more log lines are in drill.json');
  });
});

describe('the chart of a round', () => {
  it('shows the outage, and what happened when, from the fault on', () => {
    const svg = drawn(madeRound({ outageMs: 2_000 }));
    const text = shown(svg);
    for (const label of [
      'fault, ended 0 s',
      'elected 0.60 s',
      'promoted 1.40 s',
      'serving 1.90 s',
    ]) {
      expect(text).toContain(label);
    }
    expect(text).toContain('outage 2.00 s');
    expect(svg.match(/class="outage"/g)).toHaveLength(1);
    expect(svg).toMatch(/aria-label="Acknowledged sends .* longest outage 2\.00\ss; /);
  });

  it('has a step for each 100 ms', () => {
    const acknowledgedPer100ms = [
      ...new Array<number>(40).fill(10),
      ...new Array<number>(20).fill(3),
    ];
    const marks = [{ at: 2_000, kind: 'fault' as const, node: null, text: 'x' }];
    const round = madeRound({ outageMs: 0, change: { ms: 6_000, marks, acknowledgedPer100ms } });
    expect(scalesOf([round])[0]).toMatchObject({ from: -1_000, top: 10 });
    // 10 of 10 from 1 s on, then 3 of 10 from 4 s on, to where the chart ends.
    expect(drawn(round)).toContain('d="M10 10H10V0H40V7H50V10Z"');
  });

  it.each([
    ['that no client noticed', madeRound({ outageMs: 0 }), 'no outage that a client noticed'],
    ['that did not end', madeRound({ outageMs: null }), 'outage that did not end'],
    [
      'of which nothing is known',
      madeRound({ outageMs: null, change: { outages: [], marks: [] } }),
      'service did not come back',
    ],
  ])('draws an outage %s', (_, round, words) => {
    const svg = drawn(round);
    expect(shown(svg)).toContain(words);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('draws a round that ended before it began', () => {
    const nothing = { marks: [], outages: [], log: [], acknowledgedPer100ms: [], ms: 0 };
    const svg = drawn(madeRound({ outageMs: 0, change: nothing }));
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    expect(scalesOf([])).toEqual([]);
  });

  it('names whom a mark is about where there are several, and leaves out what has no room', () => {
    const svg = drawn(rollingRound());
    expect(shown(svg)).toContain('fault mq03 9.00 s');
    expect(svg.match(/<text class="flag/g)?.length).toBeLessThanOrEqual(10);
    const flood = Array.from({ length: 40 }, (_, at) => ({
      at: 3_000 + at * 400,
      kind: 'repair' as const,
      node: 'mq01',
      text: 'again',
    }));
    expect(drawn(madeRound({ change: { marks: flood, ms: 20_000 } }))).toMatch(/; \d+ more marks"/);
  });

  it('points to what is beyond its end', () => {
    const round = madeRound({ outageMs: 400 });
    const marks = [...round.marks.slice(0, -1), { ...round.marks[0], at: 63_040, kind: 'whole' }];
    const svg = drawn({ ...round, ms: 70_000, marks: marks as RoundResult['marks'] });
    expect(shown(svg)).toContain('whole 60.0 s →');
  });

  it('shares one scale within a scenario, unless a round needs far more', () => {
    const usual = [1, 2, 3, 4].map((round) => madeRound({ round }));
    const scales = scalesOf([...usual, madeRound({ outageMs: 90_000 })]);
    expect(new Set(scales.slice(0, 4).map(({ to }) => to)).size).toBe(1);
    expect(scales[4]?.to).toBeGreaterThan(90_000);
    expect(scales[0]?.to).toBeLessThan(20_000);
  });
});

describe('labels of a chart', () => {
  it('never cover one another, wherever they stand', () => {
    let state = 1;
    const next = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
    for (let times = 0; times < 500; times += 1) {
      const flags = Array.from({ length: 1 + Math.floor(next() * 9) }, () => ({
        x: next() * 280,
        width: 60 + next() * 80,
      })).sort((a, b) => a.x - b.x);
      const boxes = placeFlags(flags, 280).map(({ row, anchor }, at) => {
        const { x, width } = flags[at] ?? { x: 0, width: 0 };
        return {
          row,
          from: anchor === 'start' ? x : x - width,
          to: anchor === 'start' ? x + width : x,
        };
      });
      for (const [at, box] of boxes.entries()) {
        expect(box.from).toBeGreaterThanOrEqual(0);
        expect(box.to).toBeLessThanOrEqual(280);
        const others = boxes.slice(at + 1).filter(({ row }) => row === box.row);
        expect(others.filter(({ from, to }) => from < box.to && box.from < to)).toEqual([]);
      }
      expect(Math.min(...boxes.map(({ row }) => row))).toBe(0);
    }
  });

  it('become a staircase where they are near, and share a row where they are not', () => {
    const near = [10, 14, 18].map((x) => ({ x, width: 80 }));
    expect(placeFlags(near, 280).map(({ row }) => row)).toEqual([0, 1, 2]);
    const far = [10, 150].map((x) => ({ x, width: 80 }));
    expect(placeFlags(far, 280).map(({ row }) => row)).toEqual([0, 0]);
    expect(placeFlags([{ x: 270, width: 80 }], 280)).toEqual([{ row: 0, anchor: 'end' }]);
  });
});

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
      ['lagging-slaves (supervisor)', '3', '0'],
      ['lagging-slaves (alone)', '3', '2'],
      ['hang-master (supervisor)', '3', '1'],
    ]);
    const [first] = suites[1]?.testcase ?? [];
    expect(first?.$).toMatchObject({
      name: 'round 1',
      classname: 'mqha.drill.lagging-slaves.alone',
    });
    expect(first?.failure?.[0]?.$.message).toBe('4,348 of 7,250 acknowledged messages lost');
    expect(first?.failure?.[0]?._).toContain('lost: 4348, recovered: 1');
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
    expect(escape(`<a b="c" d='e'>&\u0007`)).toBe(
      '&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;\ufffd',
    );
  });
});
