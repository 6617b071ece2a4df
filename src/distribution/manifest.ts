import { existsSync } from 'node:fs';
import { readFile, readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import * as z from 'zod/mini';
import { messageOf, systemCode } from '../lib/errors.js';
import { missingSchema } from './guard.js';
import { MANIFEST } from './patches.js';
import { digestFile } from './verify.js';

const schema = z.object({
  format: z.literal(1),
  key: z.string(),
  /** An earlier mqha knew all patches or none, and wrote neither list. */
  guard: z.object({
    guarded: z.boolean(),
    reason: z.optional(z.string()),
    applied: z.optional(z.readonly(z.array(z.string()))),
    missing: z.optional(z.readonly(z.array(missingSchema))),
  }),
  files: z.array(z.readonly(z.object({ path: z.string(), bytes: z.number(), sha256: z.string() }))),
});

/** What stands in one finished distribution: every file, by path relative to its directory. */
export type Manifest = z.infer<typeof schema>;

export type CheckDepth = 'quick' | 'full';

/** A finished distribution's manifest, or the reason why it is not a finished one. */
export type CheckResult =
  | { readonly manifest: Manifest; readonly present: true; readonly fault?: undefined }
  /** `present`: something stands there, which is broken. */
  | { readonly manifest?: undefined; readonly present: boolean; readonly fault: string };

/** Reads every file below a directory and lists it with size and digest, sorted by path. */
export async function collectFiles(directory: string): Promise<Manifest['files']> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const files: Manifest['files'] = [];
  for (const path of paths) {
    const { bytes, digest } = await digestFile(path, 'sha256');
    files.push({ path: relative(directory, path).split(sep).join('/'), bytes, sha256: digest });
  }
  return files;
}

/**
 * Compares a distribution's directory with its manifest.
 * @param depth `quick`: every file is there with its size (tens of milliseconds; each `up` does
 *   it); `full`: its digest too
 */
export async function checkDistribution(
  directory: string,
  key: string,
  depth: CheckDepth,
): Promise<CheckResult> {
  let manifest: Manifest;
  try {
    manifest = schema.parse(JSON.parse(await readFile(join(directory, MANIFEST), 'utf8')));
  } catch (error) {
    const code = systemCode(error);
    const fault =
      code === 'ENOENT'
        ? `${MANIFEST} is missing`
        : code === undefined
          ? `${MANIFEST} is damaged`
          : `${MANIFEST} cannot be read: ${messageOf(error)}`;
    return { present: existsSync(directory), fault };
  }
  if (manifest.key !== key) {
    return { present: true, fault: `${MANIFEST} belongs to ${manifest.key}` };
  }
  const faults = await Promise.all(manifest.files.map((file) => sizeFault(directory, file)));
  let fault = faults.find((found) => found !== undefined);
  if (depth === 'full') {
    // One after the other: side by side they would only compete for the disk.
    for (const file of manifest.files) fault ??= await digestFault(directory, file);
  }
  return fault === undefined ? { manifest, present: true } : { present: true, fault };
}

async function sizeFault(
  directory: string,
  file: Manifest['files'][number],
): Promise<string | undefined> {
  try {
    const { size } = await stat(join(directory, file.path));
    return size === file.bytes ? undefined : `${file.path} has ${size} of ${file.bytes} bytes`;
  } catch (error) {
    return systemCode(error) === 'ENOENT'
      ? `${file.path} is missing`
      : `${file.path}: ${messageOf(error)}`;
  }
}

async function digestFault(
  directory: string,
  file: Manifest['files'][number],
): Promise<string | undefined> {
  const { digest } = await digestFile(join(directory, file.path), 'sha256');
  return digest === file.sha256 ? undefined : `${file.path} has another content`;
}
