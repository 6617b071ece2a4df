import * as z from 'zod/mini';
import { MqhaError } from '../lib/errors.js';
import { javaJarPath } from './resources.js';
import { interrupted, runTool } from './run.js';

const MAIN = 'dev.mqha.launch.KeyStores';
const TIMEOUT_MS = 30_000;

const answerSchema = z.object({ keys: z.base64(), trusted: z.base64() });

/** What key stores are made of. */
export interface KeyStoreParts {
  /** PEM file with key (PKCS #8) and certificate. */
  readonly own: string;
  /** How the entry of the key is called. */
  readonly alias: string;
  /** PEM file of who is trusted. */
  readonly authority: string;
  readonly password: string;
}

/**
 * The PKCS #12 stores of a Java client; Node.js makes none.
 * @throws MqhaError `guard-failed`, `interrupted`, `package-incomplete`
 */
export async function keyStores(
  { own, alias, authority, password }: KeyStoreParts,
  {
    java,
    env,
    signal,
  }: { readonly java: string; readonly env: NodeJS.ProcessEnv; readonly signal: AbortSignal },
): Promise<{ readonly keys: Buffer; readonly trusted: Buffer }> {
  const result = await runTool(java, ['-cp', javaJarPath(), MAIN, own, alias, authority], {
    env,
    timeoutMs: TIMEOUT_MS,
    signal,
    input: `${password}\n`,
  });
  if (result.outcome === 'aborted') throw interrupted();
  const line = result.lines.find((one) => one.startsWith('{'));
  const answer = line === undefined ? undefined : answerSchema.safeParse(parsed(line));
  if (result.exitCode !== 0 || answer?.success !== true) {
    const why =
      result.outcome === 'timeout' ? `no answer in ${TIMEOUT_MS / 1000} s` : result.lines.at(-1);
    throw new MqhaError('guard-failed', `the key stores were not made: ${why ?? 'no output'}`, {
      hint: 'See whether this Java runs (`java -version`); PEM files need none.',
    });
  }
  const { keys, trusted } = answer.data;
  return { keys: Buffer.from(keys, 'base64'), trusted: Buffer.from(trusted, 'base64') };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
