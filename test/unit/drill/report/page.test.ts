import { describe, expect, it } from 'vitest';
import { htmlReport } from '../../../../src/drill/report/html.js';
import { failedDrill, madeResult, madeRound, passedDrill } from '../../../support/drill-results.js';
import { shown, withEvil } from './texts.js';

describe('the page', () => {
  it('says first what came out: passed, nothing lost, service back, how long the outage was', () => {
    const [text = ''] = shown(htmlReport(passedDrill(3))).split('The worst of all rounds');
    expect(text).toMatch(/Failover drill mqStore .*✓ passed \d+ messages acknowledged, none lost/);
    expect(text).toMatch(/Lost 0 of [\d,]+ acknowledged messages/);
    expect(text).toMatch(/Service back 21 of 21 rounds/);
    expect(text).toContain('Worst outage 13.5 s with supervisor, in zookeeper-outage');
    expect(text).toContain('11.6 s without supervisor, in hang-master');
    expect(text).toContain('not acknowledged: not a loss, the sender knows');
    expect(text).not.toMatch(/[\d.]+ %/);
    expect(text).toContain('median outage 5.2 × shorter with supervisor');
  });

  it('says what failed, and where', () => {
    const text = shown(htmlReport(failedDrill()));
    expect(text).toContain(
      'lagging-slaves, without supervisor failed: 7,825 of 21,750 acknowledged messages lost (rounds 1, 2)',
    );
    expect(text).toContain(
      'hang-master, with supervisor failed: service did not recover (round 2)',
    );
    expect(text).not.toContain('lagging-slaves, with supervisor failed');
    expect(text).toContain('with supervisor ✕ failed 3 0 6.65 s did not end');
    expect(text).toContain('local_mem: acknowledged before any slave has it');
    expect(text).toContain('quorum-lost 1 of 3 members is registered');
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
