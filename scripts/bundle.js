// Bundles the command line into dist/cli: one read instead of hundreds, which is most of what a short
// command takes. Each command stays a file of its own that is loaded when it runs.
import { copyFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const outdir = join(root, 'dist', 'cli');

rmSync(outdir, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: ['src/main.ts'],
  outdir,
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: 'linked',
  // Packages in the older module format are bundled as well, and some of them require a part of Node.js.
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
// The types of its one export, for who type-checks bin/.
copyFileSync(join(root, 'dist', 'main.d.ts'), join(outdir, 'main.d.ts'));
