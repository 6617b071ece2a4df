// The article's story with real brokers, again and again: node bench/story.js [times]
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const times = Number(process.argv[2] ?? 10);
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
let good = 0;
for (let time = 1; time <= times; time++) {
  const { status, stdout } = spawnSync(
    'npx',
    ['vitest', 'run', '--project', 'integration', 'test/integration/story.test.ts'],
    { cwd: root, encoding: 'utf8' },
  );
  if (status === 0) good += 1;
  else console.log(stdout);
  console.log(`story ${time}: ${status === 0 ? 'passed' : 'FAILED'} (${good} of ${time})`);
}
process.exit(good === times ? 0 : 1);
