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
import { interrupted, runTool } from './run.js';

/** Whether the store's start-up race is guarded against in this distribution. */
export interface GuardResult {
  readonly guarded: boolean;
  /** Why it is not. */
  readonly reason?: string | undefined;
}

const MAIN = 'dev.mqha.guard.Guard';
const TIMEOUT_MS = 60_000;

const answerSchema = z.discriminatedUnion('guarded', [
  z.object({ guarded: z.literal(true), class: z.string() }),
  z.object({ guarded: z.literal(false), reason: z.string() }),
]);

export interface GuardOptions {
  /** The `java` executable. */
  readonly java: string;
  readonly javaJar: string;
  /** The distribution being built. */
  readonly directory: string;
  /** Where the jar with the guarded classes goes; its directory exists. */
  readonly output: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Has our Java write a jar with the classes that it mends. When it does not know one that it
 * finds, there is no jar, and brokers run unguarded.
 * @throws MqhaError `guard-failed`, `interrupted`
 */
export async function makeGuard(options: GuardOptions): Promise<GuardResult> {
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
  const result = await runTool(
    options.java,
    ['-cp', options.javaJar, MAIN, ...jars, options.output],
    { env: options.env, timeoutMs: TIMEOUT_MS, signal: options.signal },
  );
  if (result.outcome === 'aborted') throw interrupted();
  if (result.outcome === 'timeout') throw failed(`no answer in ${TIMEOUT_MS / 1000} s`, []);
  if (result.exitCode !== 0) {
    throw failed(`exit code ${result.exitCode ?? 'none'}`, result.lines);
  }
  const answer = parseAnswer(result.lines);
  if (answer === undefined) throw failed('no answer in its output', result.lines);
  if (!answer.guarded) return { guarded: false, reason: answer.reason };
  if (!existsSync(options.output)) throw failed('it wrote no jar', result.lines);
  return { guarded: true };
}

/** The one line of JSON; the JVM may write others (`Picked up JAVA_TOOL_OPTIONS`). */
function parseAnswer(lines: readonly string[]): z.infer<typeof answerSchema> | undefined {
  for (const line of lines) {
    if (!line.startsWith('{')) continue;
    try {
      const parsed = answerSchema.safeParse(JSON.parse(line));
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
    ['the guard of the store could not be made: ' + why, ...said].join('\n'),
    { hint: 'Check that this Java works (`java -version`), and that the cache has room.' },
  );
}
