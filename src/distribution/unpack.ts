import { basename } from 'node:path';
import { extract, type ReadEntry } from 'tar';
import { MqhaError, messageOf } from '../lib/errors.js';

/**
 * Unpacks a tar, compressed or not, into an existing directory; any fault in it is an error.
 * @param select called for each entry; false leaves it out, a throw ends it all. It may
 *   change the entry's path.
 * @throws MqhaError `archive-damaged`; system errors (a full disk) as they are
 */
export async function unpack(
  archive: string,
  directory: string,
  select: (entry: ReadEntry) => boolean = () => true,
): Promise<void> {
  let refusal: unknown;
  let fault: unknown;
  // A throw inside tar's parser would leave its streams open, and might not reach us at all.
  const filter = (entry: ReadEntry): boolean => {
    if (refusal !== undefined || fault !== undefined) return false;
    try {
      return select(entry);
    } catch (error) {
      refusal = error;
      return false;
    }
  };
  try {
    await extract({
      file: archive,
      cwd: directory,
      // `strict` would fail at the first fault and leave tar writing the entries behind it.
      onwarn: (_code, message, data: unknown) => {
        fault ??= data instanceof Error ? data : message;
      },
      // As root, tar would give the files to the user ids of whoever made the archive.
      preserveOwner: false,
      filter: (_path, entry) => filter(entry as ReadEntry),
    });
  } catch (error) {
    fault ??= error;
  }
  if (refusal !== undefined) throw refusal as Error;
  if (fault === undefined) return;
  if (isStorageError(fault)) throw fault;
  throw new MqhaError(
    'archive-damaged',
    `${basename(archive)} cannot be unpacked: ${messageOf(fault)}`,
    { hint: 'Copy or download the file again; it is damaged or incomplete.', cause: fault },
  );
}

/** A failure of the file system, which has a system call; zlib's and tar's own have none. */
function isStorageError(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error && error.syscall !== undefined;
}
