// Bundles the command line into dist/bundle: a few reads instead of hundreds, which is most of what a short
// command takes. Each command stays a file of its own that is loaded when it runs. The files are
// CommonJS, which Node.js starts faster and can keep compiled (src/cli/compiled.ts).
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dir = join(root, 'dist', 'bundle');

/** Where a library keeps its functions one by one. */
const SINGLE = { async: 'async/', underscore: 'underscore/cjs/' };

/** The ZooKeeper client requires two libraries for seven of their functions; only those are bundled. */
const singleFunctions = {
  name: 'single-functions',
  /**
   * @param {string} code
   * @param {string} id
   */
  transform(code, id) {
    if (!id.includes('/node-zookeeper-client/')) return null;
    let mended = code;
    for (const [library, prefix] of Object.entries(SINGLE)) {
      const whole = new RegExp(`(\\w+)\\s*=\\s*require\\('${library}'\\)`);
      const variable = whole.exec(code)?.[1];
      if (variable === undefined) continue;
      const uses = code.matchAll(new RegExp(`\\b${variable}\\.(\\w+)`, 'g'));
      const names = [...new Set([...uses].map(([, name]) => name))];
      const parts = names.map((name) => `${name}: require('${prefix}${name}')`);
      mended = mended.replace(whole, `${variable} = { ${parts.join(', ')} }`);
    }
    // No line moves, so the map stays true.
    return { code: mended, map: null };
  },
};

/** @param {string} input */
const open = (input) =>
  rolldown({ cwd: root, input, platform: 'node', plugins: [singleFunctions] });

/**
 * @param {string} input
 * @returns what it imports at once, not what it may import later
 */
async function modulesOf(input) {
  const bundle = await open(input);
  const { output } = await bundle.generate();
  await bundle.close();
  const chunks = output.filter((file) => file.type === 'chunk');
  const names = new Set([output[0].fileName]);
  for (const name of names) {
    const chunk = chunks.find(({ fileName }) => fileName === name);
    for (const next of chunk?.imports ?? []) names.add(next);
  }
  return new Set(chunks.filter((c) => names.has(c.fileName)).flatMap((c) => c.moduleIds));
}

/**
 * @param {string} input
 * @param {import('rolldown').OutputOptions} options
 */
async function write(input, options) {
  const bundle = await open(input);
  await bundle.write({
    dir,
    format: 'cjs',
    sourcemap: true,
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name]-[hash].cjs',
    ...options,
  });
  await bundle.close();
}

const base = await modulesOf('src/cli/main.ts');
const look = await modulesOf('src/cli/run/status.ts');

await write('src/cli/main.ts', {
  cleanDir: true,
  codeSplitting: {
    groups: [
      { name: 'base', priority: 2, test: (id) => base.has(id) },
      // What most commands need, and status needs nothing else: one file.
      { name: 'look', priority: 1, test: (id) => look.has(id) },
    ],
  },
});
await write('src/cli/entry.ts', {});

// For who type-checks bin/.
writeFileSync(join(dir, 'entry.d.cts'), 'export {};\n');
