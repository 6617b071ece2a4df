import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { MqhaError } from '../../lib/errors.js';
import { writeFileAtomic } from '../../lib/files.js';
import { visibleJson } from '../../lib/visible.js';
import { DRILL_SCHEMA } from '../result.js';
import { open, timestampOf } from './junit.js';

/**
 * Writes the report of a drill that was refused, or failed before it had a result: `drill.json`, and `drill.xml` with one
 * case that is skipped. The page of an earlier drill is removed, so that nobody takes it for this one's.
 * @param startedAt ISO time
 * @param directory there already
 * @returns the paths of the files
 * @throws MqhaError `disk-full`, `no-permission`
 */
export async function writeRefusal(
  { code, message, hint }: MqhaError,
  startedAt: string,
  directory: string,
): Promise<readonly string[]> {
  const document = {
    schema: DRILL_SCHEMA,
    verdict: 'unknown',
    summary: message,
    interrupted: code === 'interrupted',
    startedAt,
    error: { code, message, hint },
  };
  const totals = { tests: 1, failures: 0, errors: 0, skipped: 1, time: '0.000' };
  const timestamp = timestampOf(startedAt);
  const xml = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    open('testsuites', { name: 'drill', ...totals, timestamp }),
    open('testsuite', { name: 'drill', ...totals, timestamp, hostname: 'localhost' }),
    open('testcase', { name: 'verdict', classname: 'mqha.drill', time: '0.000' }),
    open('skipped', { message: `${code}: ${message}` }, true),
    '</testcase>',
    '</testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
  await rm(join(directory, 'drill.html'), { force: true });
  const files = {
    'drill.json': `${visibleJson(JSON.stringify(document, null, 2))}\n`,
    'drill.xml': xml,
  };
  const paths: string[] = [];
  for (const [name, content] of Object.entries(files)) {
    const path = join(directory, name);
    await writeFileAtomic(path, content);
    paths.push(path);
  }
  return paths;
}
