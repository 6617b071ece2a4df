import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { MqhaError } from '../lib/errors.js';
import { findOnPath, isExecutable, runTool } from './run.js';

/** A Java that can run brokers. */
export interface JavaRuntime {
  /** The `java` executable itself, not a version manager's shim. */
  readonly path: string;
  readonly home: string;
  /** As it names itself, e.g. `17.0.15`. */
  readonly version: string;
  readonly major: number;
  readonly vendor: string;
  /** For a version that mqha is not tested with. */
  readonly warning?: string;
}

const OLDEST = 17;
const TESTED: readonly number[] = [17, 25];
const TIMEOUT_MS = 15_000;
const INSTALL_HINT = 'Install Java 17 or 25, or set JAVA_HOME to one';

/** One answer for each executable: brokers of one cluster all ask. */
const known = new Map<string, Promise<JavaRuntime>>();

/**
 * The options that let an idle JVM sleep. That of 17 wakes 20 times a second to sample its counters for
 * `jstat`, which asks once a second itself; that of 25 has neither this sampling nor the option, and a JVM
 * does not start with an option that it does not know.
 */
export function idleOptions({ major }: Pick<JavaRuntime, 'major'>): readonly string[] {
  return major === 17 ? ['-XX:PerfDataSamplingInterval=1000'] : [];
}

/**
 * Finds the Java for brokers, ZooKeeper and the guard: the configured home, else `$JAVA_HOME`, else
 * `java` on `$PATH`. A home that is named but has no Java is an error, never passed over in silence.
 * @param configuredHome `java.home` of mqha.yaml
 * @throws MqhaError `java-missing`, `java-too-old`, `java-failed`
 */
export async function findJava(
  env: NodeJS.ProcessEnv,
  configuredHome?: string,
): Promise<JavaRuntime> {
  const executable = await locate(env, configuredHome);
  let runtime = known.get(executable);
  if (runtime === undefined) {
    runtime = examine(executable, env);
    known.set(executable, runtime);
    // A failure is not kept: the user may mend it while a program of theirs goes on.
    runtime.catch(() => known.delete(executable));
  }
  return runtime;
}

async function locate(env: NodeJS.ProcessEnv, configuredHome?: string): Promise<string> {
  const named = configuredHome
    ? { home: configuredHome, by: "mqha.yaml's Java home" }
    : env.JAVA_HOME
      ? { home: env.JAVA_HOME, by: 'JAVA_HOME' }
      : undefined;
  if (named === undefined) {
    const found = await findOnPath('java', env);
    if (found !== undefined) return found;
    throw new MqhaError('java-missing', 'no java on PATH, and JAVA_HOME is not set', {
      hint: `${INSTALL_HINT}.`,
    });
  }
  const executable = join(named.home, 'bin', 'java');
  if (await isExecutable(executable)) return executable;
  throw new MqhaError('java-missing', `${named.by} is ${named.home}, which has no bin/java`, {
    hint: configuredHome
      ? 'Correct it in mqha.yaml, or remove it there to use JAVA_HOME or PATH.'
      : 'Set JAVA_HOME to the directory of a JDK or JRE, or unset it to use the java on PATH.',
  });
}

async function examine(executable: string, env: NodeJS.ProcessEnv): Promise<JavaRuntime> {
  const released = await readRelease(executable);
  if (released) return runtimeOf(executable, released.home, released.version, released.vendor);
  const result = await runTool(executable, ['-XshowSettings:properties', '-version'], {
    env,
    timeoutMs: TIMEOUT_MS,
  });
  const properties = parseProperties(result.lines);
  const version = properties.get('java.version');
  if (result.outcome !== 'done' || result.exitCode !== 0 || version === undefined) {
    const why =
      result.outcome === 'timeout'
        ? `no answer in ${TIMEOUT_MS / 1000} s`
        : result.lines.filter((line) => line.trim() !== '').at(-1);
    throw new MqhaError('java-failed', `${executable} does not run: ${why ?? 'it says nothing'}`, {
      hint: `${INSTALL_HINT} that works.`,
    });
  }
  const home = properties.get('java.home') ?? join(executable, '..', '..');
  return runtimeOf(executable, home, version, properties.get('java.vendor') ?? 'unknown');
}

/**
 * What a JDK's own `release` file says, without the cost of a JVM; undefined where there is none, as
 * for a version manager's shim.
 */
async function readRelease(
  executable: string,
): Promise<{ home: string; version: string; vendor: string } | undefined> {
  try {
    const home = join(await realpath(executable), '..', '..');
    const text = await readFile(join(home, 'release'), 'utf8');
    const entry = (name: string) => new RegExp(`^${name}="(.*)"$`, 'm').exec(text)?.[1];
    const version = entry('JAVA_VERSION');
    return version === undefined
      ? undefined
      : { home, version, vendor: entry('IMPLEMENTOR') ?? 'unknown' };
  } catch {
    return undefined;
  }
}

async function runtimeOf(
  executable: string,
  home: string,
  version: string,
  vendor: string,
): Promise<JavaRuntime> {
  const major = majorOf(version);
  if (major < OLDEST) {
    throw new MqhaError('java-too-old', `${executable} is Java ${version}; Java 17 is needed`, {
      hint: `${INSTALL_HINT}; it need not be the default of this machine.`,
    });
  }
  const direct = join(home, 'bin', 'java');
  return {
    // A shim would be another process than the JVM, and a process is known by its arguments.
    path: (await isExecutable(direct)) ? direct : executable,
    home,
    version,
    major,
    vendor,
    ...(TESTED.includes(major)
      ? {}
      : { warning: `Java ${version} is not tested with mqha; Java 17 and 25 are` }),
  };
}

/** `    java.version = 17.0.15` and its like. */
function parseProperties(lines: readonly string[]): Map<string, string> {
  const properties = new Map<string, string>();
  for (const line of lines) {
    const match = /^\s+(java\.[\w.]+) = (.*)$/.exec(line);
    if (match?.[1] !== undefined && match[2] !== undefined) properties.set(match[1], match[2]);
  }
  return properties;
}

/** `17.0.15` is 17, `25-ea` is 25, `1.8.0_412` is 8. */
function majorOf(version: string): number {
  const [first = 0, second = 0] = version.split(/[^0-9]+/).map(Number);
  return first === 1 ? second : first;
}
