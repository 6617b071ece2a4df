import { join } from 'node:path';
import { ensureDirectory, writeFileAtomic } from '../../lib/files.js';
import { visibleJson } from '../../lib/visible.js';
import type { DrillResult } from '../result.js';
import { htmlReport } from './html.js';
import { junitReport } from './junit.js';

/**
 * Writes the report of a drill: `drill.html` for people, `drill.json` for programs, `drill.xml` (JUnit) for CI.
 * Each is written whole or not at all; those of an earlier drill are replaced.
 * @param directory made, with its parents, where it is not there
 * @returns the paths of the files
 * @throws MqhaError `disk-full`, `no-permission`, `no-directory`
 */
export async function writeReport(
  result: DrillResult,
  directory: string,
): Promise<readonly string[]> {
  const files = {
    'drill.html': htmlReport(result),
    'drill.json': jsonReport(result),
    'drill.xml': junitReport(result),
  };
  await ensureDirectory(directory);
  const paths: string[] = [];
  for (const [name, content] of Object.entries(files)) {
    const path = join(directory, name);
    await writeFileAtomic(path, content);
    paths.push(path);
  }
  return paths;
}

/** The document of `mqha drill --json`, indented, with each series of numbers on one line. */
export function jsonReport(result: DrillResult): string {
  // A line end cannot stand inside a JSON string, so only arrays are met.
  const json = JSON.stringify(result, null, 2).replace(/\[\n[\d\s,.-]+\]/g, (series) =>
    series.replace(/\s+/g, ''),
  );
  return `${visibleJson(json)}\n`;
}
