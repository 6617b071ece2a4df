import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MqhaError } from '../lib/errors.js';
import { DISTRIBUTION_DIRECTORY, type PinnedArtifact } from './artifacts.js';
import { ADDED, GUARD_JAR, JAVA_JAR } from './classpath.js';
import { makeGuard } from './guard.js';
import { collectFiles, type Manifest } from './manifest.js';
import { MANIFEST } from './patches.js';
import type { InstallContext } from './resolve.js';
import { throwIfInterrupted } from './run.js';
import { unpack } from './unpack.js';

export interface BuildOptions {
  readonly key: string;
  /** A new directory of ours on the cache's file system. */
  readonly directory: string;
  readonly javaJar: string;
  /** The `java` executable. */
  readonly java: string;
  /** Names of patches that are left out. */
  readonly off: readonly string[];
}

/**
 * Builds a distribution from the verified files of the cache: the archive unpacked and never
 * touched again, our libraries, our Java and the guard beside it, and the manifest last.
 * @throws MqhaError `archive-damaged`, `guard-failed`, `interrupted`
 */
export async function buildDistribution(
  context: InstallContext,
  options: BuildOptions,
): Promise<Manifest> {
  const { cache, pinned, emit } = context;
  const { directory, key } = options;
  await cache.io.mkdir(join(directory, ADDED));
  await mkdir(dirname(join(directory, GUARD_JAR)), { recursive: true });
  for (const { file } of pinned.filter((item) => item.role !== 'distribution')) {
    await cache.io.copyFile(join(cache.artifacts, file), join(directory, ADDED, file));
  }
  // A copy, so that running brokers do not depend on the npm package staying where it is.
  await cache.io.copyFile(options.javaJar, join(directory, JAVA_JAR));

  const { file } = archiveOf(pinned);
  emit({ type: 'unpacking', file });
  // The hundreds of unpacked files are not synced one by one: what a power cut leaves half-written
  // has another size than the manifest says, and is mended.
  await unpack(join(cache.artifacts, file), directory, (entry) => {
    throwIfInterrupted(context.signal);
    if (entry.path.split('/')[0] === DISTRIBUTION_DIRECTORY) return true;
    throw new MqhaError('archive-damaged', `${file} has an unexpected entry: ${entry.path}`, {
      hint: 'The archive is not the distribution that this version of mqha knows.',
    });
  });

  const guard = await makeGuard({
    java: options.java,
    javaJar: join(directory, JAVA_JAR),
    directory,
    output: join(directory, GUARD_JAR),
    off: options.off,
    env: context.env,
    signal: context.signal,
  });
  const { guarded, reason, missing } = guard;
  emit({ type: 'guarded', guarded, ...(reason === undefined ? {} : { reason }), missing });
  const manifest: Manifest = { format: 1, key, guard, files: await collectFiles(directory) };
  await cache.io.writeFile(join(directory, MANIFEST), `${JSON.stringify(manifest, null, 1)}\n`);
  return manifest;
}

function archiveOf(pinned: readonly PinnedArtifact[]): PinnedArtifact {
  const archive = pinned.find((item) => item.role === 'distribution');
  if (archive === undefined) throw new Error('no distribution among the pinned artifacts');
  return archive;
}
