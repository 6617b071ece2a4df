// What bin/mqha.js runs.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheRoot } from '../distribution/cache-root.js';
import { keepCompiled } from './compiled.js';

const here = fileURLToPath(import.meta.url);
keepCompiled(createRequire(here), dirname(here), join(cacheRoot(process.env), 'code'));

// Loaded only now, so that it is kept as well.
void Promise.all([import('./main.js'), import('./process-io.js')]).then(
  ([{ main }, { processIo }]) => main(process.argv, processIo()),
);
