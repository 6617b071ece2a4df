import { resolve } from 'node:path';
import type { Layout } from '../config/layout.js';
import type { ClusterConfig } from '../config/schema.js';
import { messageOf, MqhaError } from '../lib/errors.js';
import { readIfThere } from '../lib/files.js';
import type { Credentials, Secret } from '../stores/rendered-file.js';

const MAX_LENGTH = 1000;

/**
 * The credentials with the passwords that persons keep in files of their own (`users[].passwordFile`).
 * @throws MqhaError `password-file` that names file and account
 */
export async function withPasswordFiles<C extends Pick<Credentials, 'accounts'>>(
  layout: Layout,
  config: ClusterConfig,
  credentials: C,
): Promise<C> {
  const read = await Promise.all(
    config.users.flatMap(({ name, passwordFile }) =>
      passwordFile === undefined
        ? []
        : [readPassword(layout, name, passwordFile).then((password) => [name, password] as const)],
    ),
  );
  if (read.length === 0) return credentials;
  const own = read.map(([name, password]): [string, Secret] => [name, { password }]);
  return { ...credentials, accounts: { ...credentials.accounts, ...Object.fromEntries(own) } };
}

/** The first line of a file; an editor ends it. */
async function readPassword(layout: Layout, account: string, file: string): Promise<string> {
  const path = resolve(layout.directory, file);
  const refused = (why: string, cause?: unknown) =>
    new MqhaError('password-file', `${path}, the passwordFile of the account ${account}, ${why}`, {
      hint: 'Write the password into its first line, or leave `passwordFile` out and have one generated. Nothing was rendered.',
      cause,
    });
  let text: string | undefined;
  try {
    text = await readIfThere(path);
  } catch (error) {
    throw refused(`cannot be read: ${messageOf(error)}`, error);
  }
  if (text === undefined) throw refused('is not there');
  const password = text.replace(/\r?\n$/, '');
  if (password === '') throw refused('is empty');
  // Of others it is not agreed how they are written: OpenWire takes UTF-8, HTTP and AMQP what the broker reads as Latin 1.
  if (!/^[ -~]+$/.test(password)) {
    throw refused('holds more than one line, or other characters than printable ones of ASCII');
  }
  if (password.length > MAX_LENGTH) throw refused(`holds more than ${MAX_LENGTH} characters`);
  return password;
}
