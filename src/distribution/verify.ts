import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { systemCode, type Problem } from '../lib/errors.js';
import type { PinnedArtifact } from './artifacts.js';

/** Why a file is not the pinned one. */
export type ArtifactFault =
  | { readonly kind: 'missing' }
  | { readonly kind: 'truncated'; readonly bytes: number }
  | { readonly kind: 'digest'; readonly bytes: number; readonly sha512: string };

/** Reads a file once, in pieces. */
export async function digestFile(
  path: string,
  algorithm: 'sha256' | 'sha512',
): Promise<{ readonly bytes: number; readonly digest: string }> {
  const hash = createHash(algorithm);
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    const piece = chunk as Buffer;
    bytes += piece.length;
    hash.update(piece);
  }
  return { bytes, digest: hash.digest('hex') };
}

/**
 * Compares a file with its pinned size and digest.
 * @returns undefined when it is the pinned file
 */
export async function checkArtifact(
  path: string,
  artifact: PinnedArtifact,
): Promise<ArtifactFault | undefined> {
  try {
    const { bytes, digest } = await digestFile(path, 'sha512');
    if (digest === artifact.sha512 && bytes === artifact.bytes) return undefined;
    if (bytes < artifact.bytes) return { kind: 'truncated', bytes };
    return { kind: 'digest', bytes, sha512: digest };
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'EISDIR') return { kind: 'missing' };
    throw error;
  }
}

/** The fault as a phrase that follows the file's name. Digests are given in full. */
export function describeFault(artifact: PinnedArtifact, fault: ArtifactFault): string {
  switch (fault.kind) {
    case 'missing':
      return 'is missing';
    case 'truncated':
      return `is truncated: ${fault.bytes} of ${artifact.bytes} bytes`;
    case 'digest':
      return `has the wrong digest: expected sha512 ${artifact.sha512}, got ${fault.sha512}`;
  }
}

/** The fault as an entry of an error's list. */
export function faultProblem(artifact: PinnedArtifact, fault: ArtifactFault): Problem {
  return { path: artifact.file, message: describeFault(artifact, fault) };
}
