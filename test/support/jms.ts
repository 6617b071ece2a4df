import { delimiter, join } from 'node:path';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import type { ClientSettings } from '../../src/clients/client-settings.js';
import { cachedDistribution } from '../../src/distribution/index.js';
import { packageRoot } from '../../src/lib/package.js';
import { java } from './examples.js';

/** A client that runs. */
export interface JmsClient {
  readonly child: ChildProcess;
  /** What it printed, once it has ended. */
  readonly said: Promise<string>;
  /** Settles once it has printed something, or has ended. */
  readonly speaks: Promise<unknown>;
}

/** Starts a client that speaks OpenWire (test/support/java/JmsClient.java), with the jars of the distribution. It ends with the test, also with one that fails. */
export async function jmsClient(
  settings: ClientSettings,
  ...args: readonly string[]
): Promise<JmsClient> {
  const distribution = await cachedDistribution({ env: process.env });
  if (!distribution) throw new Error('the distribution is not in the cache');
  const source = join(packageRoot(), 'test', 'support', 'java', 'JmsClient.java');
  const { failoverUrl, username, password } = settings;
  const child = spawn(
    java,
    [
      '-Xmx512m',
      '--class-path',
      distribution.classPath().join(delimiter),
      source,
      failoverUrl,
      username ?? '',
      password ?? '',
      ...args,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const speaks = Promise.race([once(child.stdout, 'data'), once(child, 'close')]);
  const said = once(child, 'close').then(() => {
    if (out === '' && child.signalCode === null) throw new Error(`the client failed: ${err}`);
    return out.trim();
  });
  return { child, said, speaks };
}
