import { Chalk } from 'chalk';
import { parseStringPromise } from 'xml2js';
import { describe, expect, it } from 'vitest';
import { htmlReport } from '../../../../src/drill/report/html.js';
import { junitReport } from '../../../../src/drill/report/junit.js';
import { drillText } from '../../../../src/cli/output/drill-text.js';
import { madeResult, madeRound } from '../../../support/drill-results.js';

const DIFFERS = 'the depth of mqha.drill.large differs: 110 counted, 60 browsed, 60 drained';
const AGAIN = '7 came again after the broker had a consumer’s acknowledgement';

/** One workload in which a depth differs, and another in which something came again. */
function result() {
  const bad = madeRound({
    change: {
      workload: 'large',
      faults: [DIFFERS],
      findings: [{ code: 'depth-differs', count: 50, text: DIFFERS, fails: true }],
      depths: [
        { queue: 'mqha.drill.large', counted: 110, browsed: 60, drained: 60, knownBefore: 0 },
      ],
    },
  });
  const { counts } = bad;
  const part = { name: 'mqha.drill.large, units of work', counts };
  const again = madeRound({
    counts: { consumedAgain: 7, duplicated: 9 },
    change: { findings: [{ code: 'consumed-again', count: 7, text: AGAIN, fails: false }] },
  });
  return madeResult([{ ...bad, parts: [...bad.parts, part] }, again]);
}

describe('a result of several workloads', () => {
  it('fails for a depth that differs, and not for what came again', () => {
    const { verdict, scenarios, summary } = result();
    expect(verdict).toBe('failed');
    expect(scenarios.map(({ workload, verdict: of }) => [workload, of])).toEqual([
      ['large', 'failed'],
      ['queue', 'passed'],
    ]);
    expect(summary).toContain('a depth differs in 1 of them');
  });

  it('names workload, finding and what came again in the text', () => {
    const lines = drillText(result(), new Chalk({ level: 0 })).split('\n');
    expect(lines[4]).toMatch(/^kill-master, large +with/);
    expect(lines[5]).toMatch(/^kill-master +with .* 9 +7 +0 /);
    expect(lines).toContain(
      `kill-master, large (with supervisor), round 1, mq02 (master): ${DIFFERS}`,
    );
    expect(lines).toContain(`kill-master (with supervisor), round 1, mq02 (master): ${AGAIN}`);
  });

  it('names them in JUnit XML: a suite for each, the finding as a failure', async () => {
    const { testsuites } = (await parseStringPromise(junitReport(result()))) as {
      testsuites: {
        testsuite: {
          $: { name: string };
          testcase: {
            $: { classname: string };
            failure?: { $: { message: string }; _: string }[];
            'system-out'?: string[];
          }[];
        }[];
      };
    };
    const [bad, again] = testsuites.testsuite;
    expect([bad?.$.name, again?.$.name]).toEqual([
      'kill-master, large (with supervisor)',
      'kill-master (with supervisor)',
    ]);
    const [failed] = bad?.testcase ?? [];
    expect(failed?.$.classname).toBe('mqha.drill.kill-master.large.with.supervisor');
    expect(failed?.failure?.[0]?.$.message).toBe(DIFFERS);
    expect(failed?.failure?.[0]?._).toContain(`finding: depth-differs: ${DIFFERS}`);
    expect(failed?.failure?.[0]?._).toContain(
      'depth of mqha.drill.large: 110 counted, 60 browsed, 60 drained',
    );
    expect(failed?.failure?.[0]?._).toContain('mqha.drill.large, units of work: attempted: ');
    const output = again?.testcase[0]?.['system-out']?.[0];
    expect(output).toContain('consumedAgain: 7');
    expect(output).toContain(`remark: consumed-again: ${AGAIN}`);
  });

  it('shows them on the page', () => {
    const page = htmlReport(result());
    expect(page).toContain('id="kill-master-large"');
    expect(page).toContain(`: ${DIFFERS} (round 1)`);
    expect(page).toContain(`<p class="quiet">${AGAIN}</p>`);
    expect(page).toMatch(/<li>mqha\.drill\.large, units of work: [\d,]+ acknowledged/);
  });
});
