import { join } from 'node:path';
import { MqhaError } from '../lib/errors.js';
import { renderTemplate } from '../lib/templates.js';
import { formatDuration } from '../lib/time.js';
import type { PinnedArtifact } from './artifacts.js';
import type { CacheIo } from './cache.js';
import type { InstallListener } from './events.js';
import { findOnPath, interrupted, runTool } from './run.js';

/** Runs on Maven 3.6.3 and later. */
const PLUGIN_VERSION = '3.11.0';
/** What copies artifacts for us, by its coordinates. */
export const DEPENDENCY_PLUGIN = `org.apache.maven.plugins:maven-dependency-plugin:${PLUGIN_VERSION}`;
/** Below the directory of the generated pom. */
const OUTPUT = 'files';
const DEFAULT_TIMEOUT_MS = 20 * 60_000;
const SIGN_OF_LIFE_MS = 2_000;
const OFFLINE_HINT =
  'on a machine with Maven and a network run `mqha install --export <dir>`, and here `mqha install --from <dir>`';

export interface MavenOptions {
  /** An empty directory of ours; the pom and the files go there. */
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
  readonly emit: InstallListener;
  readonly io: CacheIo;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds; 20 minutes when not given. */
  readonly timeoutMs?: number | undefined;
}

/**
 * Has the user's own `mvn` copy the artifacts into a directory, so that their mirrors, proxies and
 * credentials hold. One run, for exactly these files: the plugin's `copy` asks for no dependency.
 * @returns the directory with the files, which are not verified yet
 * @throws MqhaError `maven-missing`, `maven-failed`, `maven-timeout`, `interrupted`
 */
export async function fetchWithMaven(
  artifacts: readonly PinnedArtifact[],
  options: MavenOptions,
): Promise<string> {
  const { directory, env, emit } = options;
  const mvn = await findOnPath('mvn', env);
  if (mvn === undefined) {
    throw new MqhaError('maven-missing', 'mvn is needed to fetch ActiveMQ and is not on PATH', {
      hint: `Install Maven 3.6.3 or newer, or ${OFFLINE_HINT}.`,
    });
  }
  const pom = join(directory, 'pom.xml');
  await options.io.writeFile(
    pom,
    renderTemplate('distribution-pom.xml', {
      pluginVersion: PLUGIN_VERSION,
      outputDirectory: OUTPUT,
      artifacts: artifacts.map((item) => ({ classifier: '', ...item })),
    }),
  );

  const total = artifacts.length;
  emit({ type: 'fetching', files: total, bytes: artifacts.reduce((sum, a) => sum + a.bytes, 0) });
  const pinned = new Set(artifacts.map((item) => item.file));
  const arrived = new Set<string>();
  const started = performance.now();
  const signOfLife = setInterval(() => {
    emit({ type: 'waiting', elapsedMs: Math.round(performance.now() - started) });
  }, SIGN_OF_LIFE_MS);
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  try {
    const result = await runTool(mvn, ['-B', '-f', pom, `${DEPENDENCY_PLUGIN}:copy`], {
      env,
      cwd: directory,
      timeoutMs,
      signal: options.signal,
      onLine: (line) => {
        const step = parseProgress(line);
        if (step === undefined) return;
        if (step.arrived && pinned.has(step.file)) arrived.add(step.file);
        emit({ type: 'resolving', file: step.file, done: arrived.size, total });
      },
    });
    if (result.outcome === 'aborted') throw interrupted();
    if (result.outcome === 'timeout') {
      throw new MqhaError('maven-timeout', `mvn did not finish in ${formatDuration(timeoutMs)}`, {
        hint: `Run the command again (Maven keeps what it has), or ${OFFLINE_HINT}.`,
      });
    }
    if (result.exitCode !== 0) throw failure(result.exitCode, result.lines);
  } finally {
    clearInterval(signOfLife);
  }
  return join(directory, OUTPUT);
}

/**
 * What a line of Maven's output tells about a file.
 * @returns the file's name without the server it comes from, and whether it is there now
 */
export function parseProgress(
  line: string,
): { readonly file: string; readonly arrived: boolean } | undefined {
  const transfer = /^(?:\[INFO\] )?Download(ing|ed)(?: from [^:]*)?: (\S+)/.exec(line);
  const file = (transfer?.[2]?.split(/[?#]/)[0] ?? '').split('/').at(-1);
  return file ? { file, arrived: transfer?.[1] === 'ed' } : undefined;
}

/** The lines of Maven's output that say what went wrong, without its general advice. */
export function errorLines(lines: readonly string[]): string[] {
  const advice = /^(?:$|\[Help|For more information|To see the full|Re-run Maven|-> \[Help)/;
  const errors = lines
    .filter((line) => line.startsWith('[ERROR]'))
    .map((line) => line.slice('[ERROR]'.length).trim())
    .filter((line) => !advice.test(line));
  // A Maven that could not even start (a wrong JAVA_HOME) writes no [ERROR].
  const chosen = errors.length > 0 ? errors : lines.filter((line) => line.trim() !== '');
  return [...new Set(chosen)].slice(-6).map(withoutCredentials);
}

function failure(exitCode: number | null, lines: readonly string[]): MqhaError {
  const said = errorLines(lines);
  const how = exitCode === null ? 'mvn was killed' : `mvn failed with exit code ${exitCode}`;
  const message = said.length === 0 ? how : `${how}:\n${said.join('\n')}`;
  return new MqhaError('maven-failed', message, {
    hint: `Check the mirrors and proxies in Maven's settings.xml and the disk of its local repository; or ${OFFLINE_HINT}.`,
  });
}

/** A mirror's address may carry a password; it must not reach a log of ours. */
function withoutCredentials(line: string): string {
  return line.replace(/\/\/[^/@\s]+@/g, '//***@');
}
