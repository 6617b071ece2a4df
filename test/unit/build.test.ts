import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as library from '../../src/index.js';
import { packageRoot } from '../../src/lib/package.js';

const directory = join(packageRoot(), 'dist', 'js');

interface SourceMap {
  readonly sources: readonly string[];
}

describe('the build', () => {
  it.each([
    ['import', "import * as library from 'mqha';"],
    ['require', "const library = createRequire(process.cwd() + '/')('mqha');"],
  ])('gives a program what src/index.ts exports, by %s', (_, load) => {
    const program = `
      import { createRequire } from 'node:module';
      ${load}
      process.stdout.write(JSON.stringify(Object.keys(library)));
    `;
    const names = JSON.parse(
      execFileSync(process.execPath, ['--input-type=module', '-e', program], {
        cwd: packageRoot(),
        encoding: 'utf8',
      }),
    ) as string[];
    const own = new Set(names);
    for (const added of ['default', 'module.exports']) own.delete(added);
    expect([...own].sort()).toEqual(Object.keys(library).sort());
  });

  it('has each source once: the library and the command line run the same', () => {
    const maps = readdirSync(directory).filter((name) => name.endsWith('.map'));
    const sources = maps.flatMap((name) => {
      const map = JSON.parse(readFileSync(join(directory, name), 'utf8')) as SourceMap;
      return [...new Set(map.sources)];
    });
    expect(sources).toContain('../../src/stores/replicated-leveldb/zookeeper/session.ts');
    expect(sources).toContain('../../node_modules/node-zookeeper-client/index.js');
    expect(sources.filter((source, index) => sources.indexOf(source) !== index)).toEqual([]);
  });

  it('is packed with docs/, which messages name, and without source maps', () => {
    const argv = ['pack', '--dry-run', '--json', '--ignore-scripts'];
    const json = execFileSync('npm', argv, { cwd: packageRoot(), encoding: 'utf8', stdio: 'pipe' });
    const [{ files }] = JSON.parse(json) as [{ files: readonly { readonly path: string }[] }];
    const paths = files.map(({ path }) => path);
    expect(paths).toContain('docs/stores.md');
    expect(paths).toContain('dist/js/mqha.cjs');
    expect(paths.filter((path) => path.endsWith('.map'))).toEqual([]);
  });

  it('loads nothing but what keeps the rest compiled before the rest', () => {
    const text = readFileSync(join(directory, 'mqha.cjs'), 'utf8');
    const first = text.slice(0, text.indexOf('keepCompiled('));
    const files = [...first.matchAll(/require\("\.\/([\w-]+)-[\w-]{8}\.cjs"\)/g)].map((m) => m[1]);
    expect(files).toContain('before');
    expect(files.filter((name) => name !== 'rolldown-runtime')).toEqual(['before']);
    const before = readdirSync(directory).filter((name) => /^before-.*\.cjs$/.test(name));
    const alone = readFileSync(join(directory, before[0] ?? ''), 'utf8');
    expect(alone).not.toMatch(/require\("\.\/(?!rolldown-runtime)/);
  });

  it('has a digest in the name of whatever is kept compiled', () => {
    const doors = new Set(['index.cjs', 'mqha.cjs']);
    const files = readdirSync(directory).filter((n) => n.endsWith('.cjs') && !doors.has(n));
    expect(files.filter((name) => !/-[\w-]{8}\.cjs$/.test(name))).toEqual([]);
  });
});
