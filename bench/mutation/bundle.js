// Each mutant is run in a worker of its own, which would spend most of its time reading hundreds of modules. So the
// tests are bundled once, after Stryker has put the mutants into the sources: those of the copy in which it is called.
import { readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'rolldown';
import { isOfFolder } from './tests.js';

const root = process.cwd();
// Stryker gives the copy its packages after this.
symlinkSync(join(import.meta.dirname, '..', '..', 'node_modules'), join(root, 'node_modules'));
const tests = join(root, 'test', 'unit');
const names = readdirSync(tests, { recursive: true, encoding: 'utf8' }).filter(isOfFolder);

await build({
  cwd: root,
  input: Object.fromEntries(names.map((name) => [name.replace(/\.ts$/, ''), join(tests, name)])),
  platform: 'node',
  external: ['vitest'],
  logLevel: 'warn',
  output: {
    dir: 'bundled',
    cleanDir: true,
    format: 'esm',
    entryFileNames: '[name].mjs',
    chunkFileNames: 'chunks/[name].mjs',
    codeSplitting: {
      groups: [
        { name: 'packages', priority: 2, test: /\/node_modules\// },
        { name: 'sources', priority: 1, test: /\/src\/|\/test\/.*(?<!\.test)\.ts$/ },
      ],
    },
  },
});
