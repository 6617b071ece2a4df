import { defineConfig } from 'vitest/config';
import { keptPool } from './pool.js';

export default defineConfig({
  plugins: [keptPool],
  test: {
    include: ['bundled/**/*.test.mjs'],
    testTimeout: 20_000,
    isolate: false,
    // Node.js reads them as they are.
    server: { deps: { external: [/\/bundled\/chunks\//] } },
  },
});
