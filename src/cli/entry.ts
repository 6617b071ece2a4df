// What bin/mqha.js runs, in a bundle of its own.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CompiledBundle } from './compiled.js';
import { cacheRoot } from '../distribution/cache-root.js';
import type * as Main from './main.js';
import { processIo } from './process-io.js';

const here = fileURLToPath(import.meta.url);
const words = process.argv.slice(2);
const command = words.find((word, i) => /^[a-z][a-z-]*$/.test(word) && words[i - 1] !== '-C');
const bundle = new CompiledBundle(
  {
    bundle: dirname(here),
    cache: join(cacheRoot(process.env), 'code'),
    command: command ?? 'none',
  },
  createRequire(here),
);
process.on('exit', (code) => {
  // A mistyped word is no command.
  if (code === 0) bundle.keep(Date.now());
});
const { main } = bundle.load('main.cjs') as typeof Main;
void main(process.argv, processIo());
