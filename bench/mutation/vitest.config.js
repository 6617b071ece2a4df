import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['bundled/**/*.test.mjs'],
    testTimeout: 20_000,
    isolate: false,
    // Node.js reads them as they are.
    server: { deps: { external: [/\/bundled\/chunks\//] } },
  },
});
