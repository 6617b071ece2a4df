import { createHash } from 'node:crypto';
import { join } from 'node:path';
import {
  ACTIVEMQ_VERSION,
  DISTRIBUTION_DIRECTORY,
  PINNED,
  fingerprint,
  type PinnedArtifact,
} from './artifacts.js';
import { buildDistribution } from './build.js';
import { openCache, prepareCache, publish, storageFailure, withTemporary } from './cache.js';
import type { CacheIo } from './cache.js';
import { classPaths } from './classpath.js';
import type { InstallListener } from './events.js';
import { refuseUnknownPatches, type GuardResult } from './guard.js';
import type { JavaRuntime } from './java.js';
import { checkDistribution, type CheckDepth, type Manifest } from './manifest.js';
import { patchesOff, patchGroups, patchHint, patchMessage } from './patches.js';
import { ensureArtifacts, type InstallContext } from './resolve.js';
import { javaJarPath } from './resources.js';
import { throwIfInterrupted } from './run.js';
import { exportTo, importFrom, type ExportResult } from './transfer.js';
import { digestFile } from './verify.js';

/** An ActiveMQ in the cache that brokers can run from. All paths are absolute. */
export interface Distribution {
  readonly key: string;
  readonly root: string;
  /** The pristine distribution: `activemq.base`. */
  readonly home: string;
  readonly version: string;
  readonly guard: GuardResult;
  /** Of a broker, in order. @param pages whether it serves the pages of its web console */
  classPath(pages?: boolean): string[];
  /** Of the managed ZooKeeper's server, in order. */
  zookeeperClassPath(): string[];
}

export interface ResolveOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly onEvent?: InstallListener | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for Maven; 20 minutes when not given. */
  readonly mavenTimeoutMs?: number | undefined;
  /** For tests: another list of files, failing writes. */
  readonly pinned?: readonly PinnedArtifact[];
  readonly io?: Partial<CacheIo>;
}

export interface InstallOptions extends ResolveOptions {
  readonly java: Pick<JavaRuntime, 'path'>;
  /** `quick` for every `up`; `full` also verifies digests and the files that `--export` writes. */
  readonly verify: CheckDepth;
  /** A directory or tar from which the pinned files are taken first. */
  readonly from?: string | undefined;
  /** For tests: the jar with mqha's own Java. */
  readonly javaJar?: string;
}

/**
 * Returns the distribution that this version of mqha runs, making or mending it where needed. Safe
 * to run several times at once: each builds for itself, and the first to finish wins.
 * @throws MqhaError `untrusted-cache`, `maven-missing`, `maven-failed`, `maven-timeout`, `digest-mismatch`,
 *   `archive-damaged`, `from-not-found`, `import-incomplete`, `guard-failed`, `unknown-patch`, `package-incomplete`,
 *   `disk-full`, `no-permission`, `no-directory`, `interrupted`
 */
export async function ensureDistribution(options: InstallOptions): Promise<Distribution> {
  const context = contextOf(options);
  try {
    return await ensure(context, options);
  } catch (error) {
    throw storageFailure(error, context.cache.root, true);
  }
}

/**
 * The distribution that ensureDistribution() would return at once, after a quick check; changes
 * nothing.
 * @returns undefined when it is not in the cache, or broken there
 * @throws MqhaError `package-incomplete`, `untrusted-cache`
 */
export async function cachedDistribution(
  options: Pick<InstallOptions, 'env' | 'pinned' | 'javaJar'>,
): Promise<Distribution | undefined> {
  const pinned = options.pinned ?? PINNED;
  const key = await keyOf(pinned, options.javaJar ?? javaJarPath(), patchesOff(options.env));
  const root = join(openCache(options.env).distributions, key);
  const { manifest } = await checkDistribution(root, key, 'quick');
  return manifest && distribution(key, root, manifest, pinned);
}

/**
 * Writes every pinned file into a directory, for `--from` on a machine without a network. What the
 * cache lacks is fetched first.
 * @throws MqhaError see exportTo()
 */
export async function exportArtifacts(
  options: ResolveOptions & { readonly to: string },
): Promise<ExportResult> {
  return exportTo(contextOf(options), options.to);
}

function contextOf(options: ResolveOptions): InstallContext {
  return {
    cache: openCache(options.env, options.io),
    pinned: options.pinned ?? PINNED,
    env: options.env,
    emit: options.onEvent ?? (() => undefined),
    signal: options.signal,
    mavenTimeoutMs: options.mavenTimeoutMs,
  };
}

async function ensure(context: InstallContext, options: InstallOptions): Promise<Distribution> {
  const { cache, pinned, emit } = context;
  const started = performance.now();
  const javaJar = options.javaJar ?? javaJarPath();
  const off = patchesOff(options.env);
  const key = await keyOf(pinned, javaJar, off);
  const target = join(cache.distributions, key);
  const done = (manifest: Manifest, cached: boolean): Distribution => {
    for (const warning of patchWarnings(manifest.guard)) emit(warning);
    emit({ type: 'install-done', ms: Math.round(performance.now() - started), cached });
    return distribution(key, target, manifest, pinned);
  };

  const found = await checkDistribution(target, key, options.verify);
  const complete = options.verify === 'quick' && options.from === undefined;
  if (complete && found.manifest) return done(found.manifest, true);

  if (!found.manifest) {
    const { env, signal } = context;
    await refuseUnknownPatches(off, { java: options.java.path, javaJar, env, signal });
  }
  emit({ type: 'install-started', cache: cache.root });
  await prepareCache(cache);
  throwIfInterrupted(context.signal);
  if (options.from !== undefined) await importFrom(context, options.from);
  await ensureArtifacts(context);
  if (found.manifest) return done(found.manifest, true);

  throwIfInterrupted(context.signal);
  if (found.present) emit({ type: 'mending', what: key, reason: found.fault });
  const manifest = await withTemporary(cache, 'build', async (directory) => {
    const built = join(directory, key);
    const made = await buildDistribution(context, {
      key,
      directory: built,
      javaJar,
      java: options.java.path,
      off,
    });
    await publish(
      cache,
      built,
      target,
      async () => (await checkDistribution(target, key, options.verify)).manifest !== undefined,
    );
    return made;
  });
  return done(manifest, false);
}

/**
 * Changes with the pinned files, with our own Java and with the patches that are off; two versions of mqha can share a
 * cache, and so can clusters with and without a patch.
 */
async function keyOf(
  pinned: readonly PinnedArtifact[],
  javaJar: string,
  off: readonly string[],
): Promise<string> {
  const { digest } = await digestFile(javaJar, 'sha256');
  const hash = createHash('sha256')
    .update([fingerprint(pinned), digest, ...off].join(' '))
    .digest('hex');
  return `${ACTIVEMQ_VERSION}-${hash.slice(0, 16)}`;
}

function distribution(
  key: string,
  root: string,
  manifest: Manifest,
  pinned: readonly PinnedArtifact[],
): Distribution {
  const paths = classPaths(
    root,
    manifest.files.map((file) => file.path),
    pinned,
  );
  return {
    key,
    root,
    home: join(root, DISTRIBUTION_DIRECTORY),
    version: ACTIVEMQ_VERSION,
    guard: manifest.guard,
    classPath: (pages = false) => [...(pages ? paths.brokerWithPages : paths.broker)],
    zookeeperClassPath: () => [...paths.zookeeper],
  };
}

/** What brokers that are started from a distribution will lack. */
function patchWarnings({
  guarded,
  reason,
  missing,
}: GuardResult): Parameters<InstallListener>[0][] {
  if (missing === undefined && !guarded) {
    return [
      {
        type: 'warning',
        code: 'patch-missing',
        message: `brokers run without any patch of mqha: ${reason ?? 'unknown'}`,
        hint: 'Acknowledged messages can be lost. Remove this distribution from the cache, and run `mqha install`.',
      },
    ];
  }
  return patchGroups(missing ?? []).map((group) => ({
    type: 'warning',
    code: group.off ? 'patch-off' : 'patch-missing',
    message: patchMessage('brokers run', group),
    hint: patchHint(group),
  }));
}
