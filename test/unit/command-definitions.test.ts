import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/commands/index.js';
import type { drill } from '../../src/cli/commands/drill.js';
import type { init } from '../../src/cli/commands/init.js';
import type { send } from '../../src/cli/commands/send.js';
import { fullName, longOf, type Definition, type InputOf } from '../../src/cli/definition.js';
import { GLOBAL_OPTIONS } from '../../src/cli/options.js';
import * as timeouts from '../../src/cli/timeouts.js';
import { SYNC_MODES } from '../../src/config/default-values.js';
import { DEFAULT_SCENARIO } from '../../src/drill/defaults.js';
import { SCENARIOS } from '../../src/drill/scenarios/index.js';
import { WORKLOADS } from '../../src/drill/workloads/index.js';
import { packageRoot } from '../../src/lib/package.js';
import { errorOf, mqha } from './rig.js';

const definitions: readonly Definition[] = COMMANDS;

/** The packages that a file loads at once, with all that it imports; not what it imports later. */
function packagesOf(file: string, seen = new Set<string>()): Set<string> {
  const found = new Set<string>();
  if (seen.has(file)) return found;
  seen.add(file);
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  for (const statement of source.statements) {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) continue;
    const typesOnly = ts.isImportDeclaration(statement)
      ? statement.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
      : statement.isTypeOnly;
    const from = statement.moduleSpecifier;
    if (typesOnly || !from || !ts.isStringLiteral(from)) continue;
    if (!from.text.startsWith('.')) found.add(from.text);
    else {
      const next = join(dirname(file), from.text.replace(/\.js$/, '.ts'));
      for (const name of packagesOf(next, seen)) found.add(name);
    }
  }
  return found;
}

describe('the definitions of commands', () => {
  it.each(definitions.map((definition) => [fullName(definition), definition] as const))(
    'of %s has options that can be told apart, and a line of help that is none for itself',
    (_name, { options = {}, summary, details }) => {
      const all = { ...GLOBAL_OPTIONS, ...options };
      expect(Object.keys(all)).toHaveLength(
        Object.keys(GLOBAL_OPTIONS).length + Object.keys(options).length,
      );
      const longs = Object.entries(all).map(([key, option]) => longOf(key, option));
      expect(new Set(longs).size).toBe(longs.length);
      const letters = Object.values(all).flatMap(({ short }: { short?: string }) => short ?? []);
      expect(new Set([...letters, 'h']).size).toBe(letters.length + 1);
      expect(summary).not.toMatch(/\.$/);
      expect(details).toMatch(/\.$/);
    },
  );

  it('cost no more than the parser to load', () => {
    const main = join(packageRoot(), 'src', 'cli', 'main.ts');
    const packages = [...packagesOf(main)].filter((name) => !name.startsWith('node:'));
    expect(packages).toEqual(['commander']);
  });

  it('say what the compiler knows of the input', () => {
    const made: InputOf<typeof init> = { nodes: 3, auth: true, supervisor: true };
    const sent: InputOf<typeof send> = { queue: 'q', timeout: 1000, clients: 1, rate: 0.5 };
    const drilled: Pick<InputOf<typeof drill>, 'scenario' | 'supervisor'> = {
      scenario: ['kill-master'],
      supervisor: 'both',
    };
    // @ts-expect-error -- it is a number
    const wrong: Pick<InputOf<typeof init>, 'nodes'> = { nodes: '3' };
    // @ts-expect-error -- a queue must be named
    const missing: InputOf<typeof send> = { timeout: 1000 };
    // @ts-expect-error -- another word than those that are offered
    const word: Pick<InputOf<typeof drill>, 'supervisor'> = { supervisor: 'never' };
    expect([made, sent, drilled, wrong, missing, word]).toHaveLength(6);
  });

  it('name what there is', () => {
    const offers = (name: string, option: string) =>
      definitions.find((definition) => definition.name === name)?.options?.[option]?.offer;
    expect(SCENARIOS.map(({ name }) => name)).toContain(DEFAULT_SCENARIO);
    expect(offers('drill', 'workload')).toEqual([...WORKLOADS.map(({ name }) => name), 'all']);
    expect(offers('init', 'sync')).toBe(SYNC_MODES);
  });
});

describe('the default of --timeout', () => {
  it.each([
    ['up', timeouts.START_TIMEOUT_MS],
    ['start', timeouts.START_TIMEOUT_MS],
    ['stop', timeouts.STOP_TIMEOUT_MS],
    ['down', timeouts.STOP_TIMEOUT_MS],
    ['kill', timeouts.FAILOVER_TIMEOUT_MS],
    ['send', timeouts.SEND_TIMEOUT_MS],
    ['consume', timeouts.CONSUME_TIMEOUT_MS],
  ])('of %s stands in help', async (name, ms) => {
    const { stdout } = await mqha([name, '--help']);
    expect(stdout.replace(/\s+/g, ' ')).toContain(`(default: ${ms / 1000}s`);
  });
});

describe('a value that is wrong', () => {
  it.each([
    [['drill', '--rounds', '0'], 2, '--rounds 0 is out of range', 'It is a number from 1 to 1000.'],
    [['drill', '--rate', '100001'], 2, '--rate 100001 is out of range', 'from 0 to 100000.'],
    [['drill', '--duration', '2h'], 2, '--duration 2h is no duration from 1s to 1h', 'like 10s.'],
    [['drill', '--supervisor', 'x'], 2, '--supervisor x is not known', 'with, without or both.'],
    [['send', 'q', 'b', '--rate', '0'], 2, '--rate 0 is no number of messages a second', '0.5.'],
    [
      ['kill', 'mq01', '--timeout', '2d'],
      2,
      '--timeout 2d is no duration',
      'like 60s, 2m or 1m30s',
    ],
    [['events', '--since', '1w'], 2, '--since 1w is neither a duration nor a time', '90s, 10m'],
    [['init', '--nodes', '12'], 2, '--nodes 12 is out of range', 'A cluster has 1 to 9 nodes.'],
    [['completion', 'tcsh'], 2, 'there is no completion for "tcsh"', 'bash, zsh, fish.'],
  ])('of %j is told with what to do', async (args, status, message, hint) => {
    const run = await mqha([...args, '--json']);
    expect(run).toMatchObject({ status, stdout: '' });
    expect(errorOf(run).code).toBe('usage');
    expect(errorOf(run).message).toBe(message);
    expect(errorOf(run).hint).toContain(hint);
  });
});
