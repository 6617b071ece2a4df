import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseStringPromise } from 'xml2js';
import { mqha, unrendered } from '../../rig.js';
import { temporaryDirectory } from '../../../support/temp.js';
import { EVIL } from './texts.js';
import { MqhaError } from '../../../../src/lib/errors.js';
import { writeRefusal } from '../../../../src/drill/report/refusal.js';

it('a drill that is refused writes JSON and JUnit, and leaves no page of an earlier one', async () => {
  const report = temporaryDirectory();
  writeFileSync(join(report, 'drill.html'), 'of an earlier one');
  const run = await mqha(['-C', await unrendered(), 'drill', '--yes', '--report', report]);
  expect(run.status).toBe(3);
  const json = JSON.parse(readFileSync(join(report, 'drill.json'), 'utf8')) as object;
  expect(json).toMatchObject({
    schema: 1,
    verdict: 'unknown',
    interrupted: false,
    error: { code: expect.any(String) as string, hint: expect.any(String) as string },
  });
  const { testsuites } = (await parseStringPromise(
    readFileSync(join(report, 'drill.xml'), 'utf8'),
  )) as { testsuites: { $: object; testsuite: { testcase: { skipped: object[] }[] }[] } };
  expect(testsuites.$).toMatchObject({ tests: '1', skipped: '1', failures: '0' });
  expect(testsuites.testsuite[0]?.testcase[0]?.skipped).toHaveLength(1);
  expect(existsSync(join(report, 'drill.html'))).toBe(false);
});

it('is well formed whatever the message holds', async () => {
  const report = temporaryDirectory();
  const error = new MqhaError('drill-refused', EVIL, { hint: EVIL });
  await writeRefusal(error, 'no time', report);
  await expect(
    parseStringPromise(readFileSync(join(report, 'drill.xml'), 'utf8')),
  ).resolves.toBeDefined();
  expect(JSON.parse(readFileSync(join(report, 'drill.json'), 'utf8'))).toBeDefined();
});
