import { join } from 'node:path';
import { existsSync } from 'node:fs';
import * as z from 'zod/mini';
import { MqhaError } from '../lib/errors.js';
import {
  ACTIVEMQ_VERSION,
  DISTRIBUTION_DIRECTORY,
  OPENWIRE_VERSION,
  ZOOKEEPER_VERSION,
} from './artifacts.js';
import { ADDED } from './classpath.js';
import type { MissingPatch } from './patches.js';
import { interrupted, runTool } from './run.js';

/** Which patches of ActiveMQ apply in a distribution. */
export interface GuardResult {
  /** Nothing is missing. */
  readonly guarded: boolean;
  /** Which are missing, in words. */
  readonly reason?: string | undefined;
  /** Names; undefined where an earlier mqha made the distribution. */
  readonly applied?: readonly string[] | undefined;
  readonly missing?: readonly MissingPatch[] | undefined;
}

const MAIN = 'dev.mqha.guard.Guard';
const TIMEOUT_MS = 60_000;

/** MissingPatch, as the guard prints it. */
export const missingSchema = z.object({
  patch: z.string(),
  risk: z.enum(['messages', 'delivery', 'outage', 'memory', 'speed']),
  without: z.string(),
  reason: z.enum(['off', 'unknown-class', 'needs']),
  classes: z.readonly(
    z.array(z.object({ class: z.string(), expected: z.string(), found: z.nullable(z.string()) })),
  ),
  needs: z.readonly(z.array(z.string())),
});

const answerSchema = z.object({
  guarded: z.boolean(),
  applied: z.array(z.string()),
  missing: z.array(missingSchema),
});

const namesSchema = z.object({ patches: z.array(z.string()) });

export interface GuardOptions {
  /** The `java` executable. */
  readonly java: string;
  readonly javaJar: string;
  /** The distribution being built. */
  readonly directory: string;
  /** Where the jar with the rewritten classes goes; its directory exists. */
  readonly output: string;
  /** Names of patches that are left out on purpose. */
  readonly off: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Has our Java write a jar with the classes that its patches rewrite. A patch that meets a class which it does not know is
 * left out, with those that need it; there is no jar where none applies.
 * @throws MqhaError `guard-failed`, `interrupted`
 */
export async function makeGuard(
  options: GuardOptions,
): Promise<GuardResult & { readonly missing: readonly MissingPatch[] }> {
  const lib = join(options.directory, DISTRIBUTION_DIRECTORY, 'lib');
  const added = join(options.directory, ADDED);
  // Those that stand on the class path of a broker: an added one in the place of the distribution's.
  const jars = [
    join(lib, 'optional', `activemq-leveldb-store-${ACTIVEMQ_VERSION}.jar`),
    join(lib, 'optional', `activemq-amqp-${ACTIVEMQ_VERSION}.jar`),
    join(lib, `activemq-broker-${ACTIVEMQ_VERSION}.jar`),
    join(lib, 'optional', `activemq-stomp-${ACTIVEMQ_VERSION}.jar`),
    join(added, `activemq-client-${OPENWIRE_VERSION}.jar`),
    join(added, `zookeeper-${ZOOKEEPER_VERSION}.jar`),
  ];
  const off = options.off.length === 0 ? [] : ['--off', options.off.join(',')];
  const answer = await ask(options, [...off, ...jars, options.output], answerSchema);
  if (answer.applied.length > 0 && !existsSync(options.output)) throw failed('it wrote no jar', []);
  const { guarded, applied, missing } = answer;
  if (guarded) return { guarded, applied, missing };
  const names = missing.map(({ patch, reason }) => (reason === 'off' ? `${patch} (off)` : patch));
  return { guarded, reason: `patches are missing: ${names.join(', ')}`, applied, missing };
}

/**
 * Refuses names that no patch has.
 * @throws MqhaError `unknown-patch`; `guard-failed`, `interrupted`
 */
export async function refuseUnknownPatches(
  names: readonly string[],
  options: Pick<GuardOptions, 'java' | 'javaJar' | 'env' | 'signal'>,
): Promise<void> {
  if (names.length === 0) return;
  const { patches } = await ask(options, ['--names'], namesSchema);
  const unknown = names.filter((name) => !patches.includes(name));
  if (unknown.length === 0) return;
  throw new MqhaError('unknown-patch', `there is no patch ${unknown.join(', ')}`, {
    hint: `MQHA_PATCHES_OFF takes names of patches, with commas between them: ${patches.sort().join(', ')}.`,
  });
}

async function ask<T>(
  options: Pick<GuardOptions, 'java' | 'javaJar' | 'env' | 'signal'>,
  argv: readonly string[],
  schema: z.ZodMiniType<T>,
): Promise<T> {
  const result = await runTool(options.java, ['-cp', options.javaJar, MAIN, ...argv], {
    env: options.env,
    timeoutMs: TIMEOUT_MS,
    signal: options.signal,
  });
  if (result.outcome === 'aborted') throw interrupted();
  if (result.outcome === 'timeout') throw failed(`no answer in ${TIMEOUT_MS / 1000} s`, []);
  if (result.exitCode !== 0) {
    throw failed(`exit code ${result.exitCode ?? 'none'}`, result.lines);
  }
  const answer = parseAnswer(result.lines, schema);
  if (answer === undefined) throw failed('no answer in its output', result.lines);
  return answer;
}

/** The one line of JSON; the JVM may write others (`Picked up JAVA_TOOL_OPTIONS`). */
function parseAnswer<T>(lines: readonly string[], schema: z.ZodMiniType<T>): T | undefined {
  for (const line of lines) {
    if (!line.startsWith('{')) continue;
    try {
      const parsed = schema.safeParse(JSON.parse(line));
      if (parsed.success) return parsed.data;
    } catch {
      // Not the line.
    }
  }
  return undefined;
}

function failed(why: string, lines: readonly string[]): MqhaError {
  const said = lines.filter((line) => line.trim() !== '').slice(-4);
  return new MqhaError(
    'guard-failed',
    ['the patches of ActiveMQ could not be applied: ' + why, ...said].join('\n'),
    { hint: 'Check that this Java works (`java -version`), and that the cache has room.' },
  );
}
