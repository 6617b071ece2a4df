import { userInfo } from 'node:os';
import { messageOf, MqhaError, systemCode } from '../../../lib/errors.js';

/** What this process may not do, or cannot at this moment. */
const OURS = new Set(['EACCES', 'EPERM', 'EMFILE', 'ENFILE', 'ENOMEM']);

/**
 * Throws where a store's directory cannot be read for a reason that says nothing of what it holds: such a store must
 * neither be called damaged nor be set aside.
 * @throws MqhaError `no-permission`, `no-directory`; or the error itself, where it is about this process
 */
export function refuseUnreadable(error: unknown, directory: string): void {
  const code = systemCode(error);
  if (code === 'ENOTDIR' || code === 'ELOOP') {
    throw new MqhaError(
      'no-directory',
      `${directory} is no directory that can be read: ${messageOf(error)}`,
      {
        hint: 'See what stands on its path instead, as by `ls -ld`, and restore the directory. Nothing of it was changed.',
        cause: error,
      },
    );
  }
  refuseOurs(error, directory);
}

/**
 * What an error tells of a file that cannot be read, as damage.
 * @param what the file, in words
 * @throws MqhaError `no-permission`; or the error itself, where it is about this process
 */
export function damageOf(error: unknown, path: string, what: string): string {
  refuseOurs(error, path);
  return `${what} cannot be read: ${messageOf(error)}`;
}

function refuseOurs(error: unknown, path: string): void {
  // What readIfThere() throws has the system's error behind it.
  const code = systemCode(error instanceof MqhaError ? error.cause : error) ?? '';
  if (!OURS.has(code)) return;
  if (code !== 'EACCES' && code !== 'EPERM') throw error;
  throw new MqhaError('no-permission', `no permission to read ${path}`, {
    hint: `\`ls -ld\` shows who owns it. Run mqha as that user, or give it to the one who runs mqha (\`chown -R ${user()} ${path}\`). Nothing of it was changed.`,
    cause: error,
  });
}

/** Who runs mqha; a container may have a user without a name. */
function user(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.geteuid?.() ?? '<user>');
  }
}
