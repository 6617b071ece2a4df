import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { MqhaError } from '../lib/errors.js';
import { coordinates, type PinnedArtifact } from './artifacts.js';
import { syncFile, withTemporary, type Cache } from './cache.js';
import type { InstallListener } from './events.js';
import { fetchWithMaven } from './maven.js';
import { throwIfInterrupted } from './run.js';
import { checkArtifact, describeFault, faultProblem, type ArtifactFault } from './verify.js';

/** What every step of an installation needs. */
export interface InstallContext {
  readonly cache: Cache;
  readonly pinned: readonly PinnedArtifact[];
  readonly env: NodeJS.ProcessEnv;
  readonly emit: InstallListener;
  readonly signal?: AbortSignal | undefined;
  readonly mavenTimeoutMs?: number | undefined;
}

/** A pinned file that is not what it should be. */
export interface WrongFile {
  readonly artifact: PinnedArtifact;
  readonly fault: ArtifactFault;
}

/**
 * Sees to it that the cache has every pinned file, verified; Maven is asked for those it lacks.
 * What arrives good is kept even when another file is wrong.
 * @throws MqhaError `digest-mismatch`, and what fetchWithMaven() throws
 */
export async function ensureArtifacts(context: InstallContext): Promise<void> {
  const { cache, pinned, emit } = context;
  const missing: PinnedArtifact[] = [];
  let done = 0;
  const verified = (artifact: PinnedArtifact): void => {
    done += 1;
    emit({ type: 'verified', file: artifact.file, done, total: pinned.length });
  };
  for (const artifact of pinned) {
    const fault = await checkArtifact(join(cache.artifacts, artifact.file), artifact);
    if (fault === undefined) {
      verified(artifact);
      continue;
    }
    missing.push(artifact);
    if (fault.kind !== 'missing') {
      emit({ type: 'mending', what: artifact.file, reason: describeFault(artifact, fault) });
    }
  }
  if (missing.length === 0) return;
  throwIfInterrupted(context.signal);

  await withTemporary(cache, 'maven', async (directory) => {
    const delivered = await fetchWithMaven(missing, {
      directory,
      env: context.env,
      emit,
      io: cache.io,
      signal: context.signal,
      timeoutMs: context.mavenTimeoutMs,
    });
    const wrong: WrongFile[] = [];
    for (const artifact of missing) {
      const path = join(delivered, artifact.file);
      const fault = await checkArtifact(path, artifact);
      if (fault === undefined) {
        await admit(cache, path, artifact);
        verified(artifact);
      } else {
        wrong.push({ artifact, fault });
      }
    }
    if (wrong.length > 0) throw mavenMismatch(wrong);
  });
}

/** Moves a verified file, which stands on the cache's file system, to its place. */
export async function admit(cache: Cache, path: string, artifact: PinnedArtifact): Promise<void> {
  await syncFile(path);
  await rename(path, join(cache.artifacts, artifact.file));
}

function mavenMismatch(wrong: readonly WrongFile[]): MqhaError {
  const problems = wrong.map(({ artifact, fault }) => faultProblem(artifact, fault));
  const [first] = problems;
  const names = wrong.map(({ artifact }) => coordinates(artifact)).join(', ');
  const more = wrong.length > 1 ? ` (and ${wrong.length - 1} more)` : '';
  return new MqhaError(
    'digest-mismatch',
    `${first?.path ?? ''}, which came from Maven, ${first?.message ?? ''}${more}`,
    {
      hint: `Delete the directory of ${names} in Maven's local repository, where a damaged copy may lie, and run the command again; if it stays so, the mirror serves another file.`,
      problems,
    },
  );
}
