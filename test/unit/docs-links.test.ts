import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/lib/package.js';

const root = packageRoot();

const exists = (path: string) => existsSync(join(root, path));

function markdownIn(directory: string): string[] {
  return readdirSync(join(root, directory), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !name.includes('node_modules'))
    .map((name) => join(directory, name));
}

/** Every page that a reader of the repository comes to. */
const PAGES = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...['docs', 'bench', 'examples'].flatMap(markdownIn),
];

const read = (page: string) => readFileSync(join(root, page), 'utf8');

/** Text without its blocks of code, in which nothing is a link. */
const prose = (text: string) => text.replace(/^```[\s\S]*?^```$/gm, '');

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(text: string): Set<string> {
  const headings = [...prose(text).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
  return new Set(headings);
}

/** Relative links of a page that lead to no file, or to no heading in it. */
function brokenLinks(page: string, text: string): string[] {
  const links = [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return links
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => {
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? page : join(dirname(page), path);
      if (!exists(file)) return true;
      return anchor !== undefined && !anchorsOf(read(file)).has(anchor);
    });
}

/** Paths in backticks that begin with a folder of the repository and are not there. */
function missingPaths(text: string): string[] {
  const paths = [...prose(text).matchAll(/`((?:src|test|bench|java|templates)\/[^`\s]*)`/g)];
  return paths.map(([, path = '']) => path).filter((path) => !/[<*{]/.test(path) && !exists(path));
}

/** Decisions that the index does not lead to. */
function unlisted(index: string): string[] {
  const listed = new Set([...index.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target));
  return readdirSync(join(root, 'docs/decisions')).filter(
    (name) => name !== 'README.md' && !listed.has(name),
  );
}

describe('the documents', () => {
  it.each(PAGES)('%s links to what is there', (page) => {
    expect(brokenLinks(page, read(page))).toEqual([]);
  });

  it.each(PAGES.filter((page) => page === 'ARCHITECTURE.md' || page.startsWith('docs')))(
    '%s names paths that are there',
    (page) => {
      expect(missingPaths(read(page))).toEqual([]);
    },
  );

  it('have every decision in the index', () => {
    expect(unlisted(read('docs/decisions/README.md'))).toEqual([]);
  });
});

describe('the check itself', () => {
  it('finds a link to a file, or to a heading, that is not there', () => {
    const text = '[a](README.md) [b](gone.md) [c](README.md#no-such-heading) [d](https://x.org/y)';
    expect(brokenLinks('ARCHITECTURE.md', text)).toEqual(['gone.md', 'README.md#no-such-heading']);
  });

  it('finds a path that is not there, but not in a block of code', () => {
    const text = '`src/cli` `src/gone.ts` `src/<name>.ts`\n```\n`src/gone.ts`\n```\n';
    expect(missingPaths(text)).toEqual(['src/gone.ts']);
  });

  it('finds a decision that the index does not have', () => {
    expect(unlisted('[Locks](locks.md)')).toContain('journal.md');
  });
});
