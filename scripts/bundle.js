// One build of one source: the library and the command line are two doors to the same files. A few files instead of
// hundreds are most of what makes a short command quick; what a command does not need is loaded when it runs.
// CommonJS starts sooner in Node.js than ES modules.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'rolldown';

const require = createRequire(import.meta.url);
/** @param {string} name */
const packageOf = (name) => dirname(require.resolve(`${name}/package.json`));

// rolldown's own command would list every file, which is all that a newcomer would see.
await build({
  cwd: join(import.meta.dirname, '..'),
  input: { index: 'src/index.ts', mqha: 'src/cli/entry.ts' },
  platform: 'node',
  // The ZooKeeper client takes all of them for seven functions; their own small builds are a tenth to read.
  resolve: {
    alias: {
      async: join(packageOf('async'), 'dist', 'async.min.js'),
      underscore: join(packageOf('underscore'), 'underscore-umd-min.js'),
    },
  },
  output: {
    dir: 'dist/js',
    cleanDir: true,
    format: 'cjs',
    sourcemap: true,
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name]-[hash].cjs',
    codeSplitting: {
      groups: [
        // What runs before anything can be kept compiled (src/cli/compiled.ts): nothing else may be in a file with it.
        {
          name: 'before',
          priority: 3,
          test: /\/src\/(cli\/compiled|distribution\/cache-root)\.ts$/,
        },
        { name: 'main', priority: 2, test: /\/src\/cli\/main\.ts$/ },
        // With all that it needs in one file, since it is called most.
        { name: 'status', priority: 1, test: /\/src\/cli\/run\/status\.ts$/ },
      ],
    },
  },
});
