import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/lib/package.js';

/** Codes by name, each with the exit codes that come with it. */
type Codes = Map<string, Set<number>>;

/** What makes an error, and the exit code where none is named. */
const MAKERS: Readonly<Record<string, number>> = { MqhaError: 1, usageError: 2 };

/** Codes that are no argument of a maker: that of a bug, which `main` gives. */
const OTHERS = ['internal'];

/** What makes a problem: a severity first, then its code. */
const PROBLEM_MAKERS = new Set(['problem', 'list.add']);

const SEVERITIES = new Set(['error', 'warning', 'info']);

const root = join(packageRoot(), 'src');
const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && name !== join('lib', 'errors.ts'))
  .map((name) => {
    const text = readFileSync(join(root, name), 'utf8');
    return ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
  });

function visit(node: ts.Node, each: (node: ts.Node) => void): void {
  each(node);
  ts.forEachChild(node, (child) => {
    visit(child, each);
  });
}

/** Every string that an expression can be: `a ? 'x' : 'y'` is two. */
function strings(node: ts.Expression | undefined): string[] | undefined {
  if (node && ts.isStringLiteralLike(node)) return [node.text];
  if (!node || !ts.isConditionalExpression(node)) return undefined;
  const [yes, no] = [strings(node.whenTrue), strings(node.whenFalse)];
  return yes && no && [...yes, ...no];
}

/** `error.code` of every error that is made in src/. */
function errorCodes(): Codes {
  const codes: Codes = new Map(OTHERS.map((code) => [code, new Set([1])]));
  for (const source of sources) {
    visit(source, (node) => {
      if (!ts.isNewExpression(node) && !ts.isCallExpression(node)) return;
      const byDefault = MAKERS[node.expression.getText()];
      if (byDefault === undefined) return;
      const [code, , options] = node.arguments ?? [];
      const named = /\bexitCode: (\d+)/.exec(options?.getText() ?? '')?.[1];
      const found = strings(code);
      if (!found) throw new Error(`${source.fileName}: no literal: ${code?.getText() ?? ''}`);
      for (const name of found) {
        codes.set(name, (codes.get(name) ?? new Set()).add(Number(named ?? byDefault)));
      }
    });
  }
  return codes;
}

/** `problems[].code`: what stands beside a severity, as an argument or as a property. */
function problemCodes(): Set<string> {
  const codes = new Set<string>();
  const add = (severity: ts.Expression | undefined, code: ts.Expression | undefined) => {
    if (!strings(severity)?.every((word) => SEVERITIES.has(word))) return;
    for (const name of strings(code) ?? []) codes.add(name);
  };
  for (const source of sources) {
    visit(source, (node) => {
      if (ts.isCallExpression(node)) {
        if (PROBLEM_MAKERS.has(node.expression.getText()))
          add(node.arguments[0], node.arguments[1]);
      } else if (ts.isObjectLiteralExpression(node)) {
        const property = (name: string) =>
          node.properties
            .filter((candidate) => ts.isPropertyAssignment(candidate))
            .find((candidate) => candidate.name.getText() === name)?.initializer;
        add(property('severity'), property('code'));
      }
    });
  }
  return codes;
}

/** A table of docs/codes.md: `code` (2), `code` | meaning (130). */
function documented(heading: string): Codes {
  const text = readFileSync(join(packageRoot(), 'docs', 'codes.md'), 'utf8');
  const [, section = ''] = text.split(`\n## \`${heading}\`\n`);
  const rows = (section.split('\n## ')[0] ?? '').matchAll(/^\| (`.+) \| (.+) \|$/gm);
  const codes: Codes = new Map();
  for (const [, cell = '', meaning = ''] of rows) {
    const ofRow = /\((\d+)\)$/.exec(meaning)?.[1] ?? '1';
    for (const [, code = '', own] of cell.matchAll(/`([a-z-]+)`(?: \((\d+)\))?/g)) {
      codes.set(code, new Set([Number(own ?? ofRow)]));
    }
  }
  return codes;
}

/** What one list has and the other has not. */
function expectSame(used: Iterable<string>, listed: Iterable<string>): void {
  const [program, table] = [new Set(used), new Set(listed)];
  expect({
    undocumented: [...program].filter((code) => !table.has(code)),
    unused: [...table].filter((code) => !program.has(code)),
  }).toEqual({ undocumented: [], unused: [] });
}

describe('docs/codes.md', () => {
  it('lists every error.code of the program, and no other', () => {
    expectSame(errorCodes().keys(), documented('error.code').keys());
  });

  it('names the exit code of each', () => {
    const used = errorCodes();
    for (const [code, listed] of documented('error.code')) {
      expect([code, used.get(code) ?? listed]).toEqual([code, listed]);
    }
  });

  it('lists every problems[].code of the program, and no other', () => {
    expectSame(problemCodes(), documented('problems[].code').keys());
  });
});
