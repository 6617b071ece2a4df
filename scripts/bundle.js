// Bundles the command line into dist/cli: one read instead of hundreds, which is most of what a short
// command takes. Each command stays a file of its own that is loaded when it runs.
import { copyFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dir = join(root, 'dist', 'cli');

const bundle = await rolldown({ cwd: root, input: 'src/main.ts', platform: 'node' });
await bundle.write({
  dir,
  cleanDir: true,
  format: 'esm',
  sourcemap: true,
  chunkFileNames: '[name]-[hash].js',
});
await bundle.close();

// The types of its one export, for who type-checks bin/.
copyFileSync(join(root, 'dist', 'main.d.ts'), join(dir, 'main.d.ts'));
