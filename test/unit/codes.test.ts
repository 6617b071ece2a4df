import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { ERROR_CODES } from '../../src/lib/codes.js';
import { MqhaError, usageError } from '../../src/lib/errors.js';
import { packageRoot } from '../../src/lib/package.js';
import { problem } from '../../src/observe/conditions/condition.js';
import { PROBLEM_CODES } from '../../src/observe/problem-codes.js';
import { KILL_CODES } from '../../src/state/journal/kill-codes.js';

/** What makes an error. */
const ERROR_MAKERS = new Set(['MqhaError', 'usageError']);

/** What makes a problem: a severity first, then its code. */
const PROBLEM_MAKERS = new Set(['problem', 'list.add']);

const TABLES = ['lib/codes.ts', 'observe/problem-codes.ts', 'state/journal/kill-codes.ts'];

const root = join(packageRoot(), 'src');
const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !TABLES.includes(name))
  .map((name) => {
    const text = readFileSync(join(root, name), 'utf8');
    return ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
  });

/** Every node of every source. */
function* nodes(): Generator<ts.Node> {
  const open: ts.Node[] = [...sources];
  for (let node = open.pop(); node; node = open.pop()) {
    yield node;
    ts.forEachChild(node, (child) => void open.push(child));
  }
}

/** Every string that an expression can be: `a ? 'x' : 'y'` is two; undefined where it is none. */
function strings(node: ts.Expression | undefined): string[] | undefined {
  if (node && ts.isStringLiteralLike(node)) return [node.text];
  if (!node || !ts.isConditionalExpression(node)) return undefined;
  const [yes, no] = [strings(node.whenTrue), strings(node.whenFalse)];
  return yes && no && [...yes, ...no];
}

/** The codes of the errors that are made in src/, and that of a bug, which `main` gives. */
function errorCodes(): Set<string> {
  const codes = new Set(['internal']);
  for (const node of nodes()) {
    if (!ts.isNewExpression(node) && !ts.isCallExpression(node)) continue;
    if (!ERROR_MAKERS.has(node.expression.getText())) continue;
    for (const code of strings(node.arguments?.[0]) ?? []) codes.add(code);
  }
  return codes;
}

/** The problems that are made in src/, each with its severities. */
function problemCodes(): Map<string, Set<string>> {
  const codes = new Map<string, Set<string>>();
  const add = (severity: ts.Expression | undefined, code: ts.Expression | undefined) => {
    for (const name of strings(code) ?? []) {
      const known = codes.get(name) ?? new Set();
      codes.set(name, new Set([...known, ...(strings(severity) ?? [])]));
    }
  };
  for (const node of nodes()) {
    if (ts.isCallExpression(node) && PROBLEM_MAKERS.has(node.expression.getText())) {
      add(node.arguments[0], node.arguments[1]);
    } else if (ts.isObjectLiteralExpression(node)) {
      const property = (name: string) =>
        node.properties
          .filter((candidate) => ts.isPropertyAssignment(candidate))
          .find((candidate) => candidate.name.getText() === name)?.initializer;
      if (property('severity')) add(property('severity'), property('code'));
    }
  }
  return codes;
}

/** Every text in src/, also as one of the choices of a type. */
function texts(): Set<string> {
  return new Set([...nodes()].filter(ts.isStringLiteralLike).map(({ text }) => text));
}

describe('the tables of codes', () => {
  it('have every error.code that is made, and no other', () => {
    expect([...errorCodes()].sort()).toEqual(Object.keys(ERROR_CODES).sort());
  });

  it('have every problems[].code that is made, with the severities that it comes with', () => {
    const made = [...problemCodes()].map(([code, severity]) => [code, [...severity].sort()]);
    const listed = Object.entries(PROBLEM_CODES).map(([code, { severity }]) => [
      code,
      [...severity].sort(),
    ]);
    expect(Object.fromEntries(made)).toEqual(Object.fromEntries(listed));
  });

  it('have no reason for a kill that nobody gives', () => {
    const used = texts();
    expect(Object.keys(KILL_CODES).filter((code) => !used.has(code))).toEqual([]);
  });
});

describe('an error', () => {
  it('has the exit code of its code', () => {
    expect(new MqhaError('timeout', 'x', { hint: 'y' }).exitCode).toBe(1);
    expect(new MqhaError('drill-refused', 'x', { hint: 'y' }).exitCode).toBe(3);
    expect(new MqhaError('interrupted', 'x', { hint: 'y' }).exitCode).toBe(130);
    expect(usageError('usage', 'x', 'y').exitCode).toBe(2);
  });

  it('is made with a code of the table only, which the compiler says', () => {
    // @ts-expect-error -- no code
    expect(() => new MqhaError('nonsense', 'x', { hint: 'y' })).toThrow();
    // @ts-expect-error -- no usage: its exit code is 1
    expect(usageError('timeout', 'x', 'y').exitCode).toBe(1);
    // @ts-expect-error -- its code says the exit code
    expect(new MqhaError('timeout', 'x', { hint: 'y', exitCode: 2 }).exitCode).toBe(1);
    // @ts-expect-error -- it comes as an error only
    expect(problem('info', 'quorum-lost', null, 'x', 'y').code).toBe('quorum-lost');
  });
});
