import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** @type {Record<string, unknown>} What Stryker is run with; README.md beside this says how. */
export default {
  mutate: [`src/${process.env.MQHA_MUTATED}/**/*.ts`],
  buildCommand: `node ${join(import.meta.dirname, 'bundle.js')}`,
  testRunner: 'vitest',
  vitest: { configFile: 'bench/mutation/vitest.config.js', related: false },
  coverageAnalysis: 'perTest',
  disableTypeChecks: false,
  warnings: { preprocessorErrors: false },
  ignorePatterns: [
    '/docs',
    '/man',
    '/java/target',
    '/examples',
    '/test/integration',
    '/test/golden',
  ],
  // A static mutant takes a new process and every test.
  ignoreStatic: true,
  // Texts of messages; what a program relies on are codes.
  mutator: { excludedMutations: ['StringLiteral'] },
  concurrency: 2,
  // A mutant that loops for ever costs all of it.
  timeoutMS: 8000,
  timeoutFactor: 2,
  reporters: ['clear-text', 'json', 'progress-append-only'],
  clearTextReporter: { allowColor: false, reportTests: false },
  jsonReporter: { fileName: join(tmpdir(), 'mqha-mutation', `${process.env.MQHA_MUTATED}.json`) },
  tempDirName: join(tmpdir(), 'mqha-mutation', `sandbox-${process.env.MQHA_MUTATED}`),
};
