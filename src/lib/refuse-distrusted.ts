import { statSync } from 'node:fs';
import { join } from 'node:path';
import { MqhaError } from './errors.js';
import { distrusted, type Distrust } from './trust.js';

/** What a person types, for a shell. */
const word = (path: string) =>
  /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;

/**
 * Refuses a cache that somebody else owns or can write: brokers, and mqha itself, run code from there.
 * @param paths the cache and what lies in it
 * @throws MqhaError `untrusted-cache`
 */
export function refuseDistrustedCache(cache: string, paths: readonly string[]): void {
  const fault = distrusted([cache, ...paths]);
  if (!fault) return;
  throw new MqhaError('untrusted-cache', `the cache ${cache} is not used: ${textOf(fault)}`, {
    hint: `${cureOf(fault)}, or set MQHA_CACHE to a directory of your own. Code is run from the cache; what others may have put there must go.`,
  });
}

/**
 * Refuses a cluster directory that somebody else owns or can write: what mqha.yaml says is run. Root may work in the
 * directory of one other user, as a container does in a mounted volume.
 * @param directory absolute; it may be absent
 * @throws MqhaError `untrusted-directory`
 */
export function refuseDistrustedCluster(directory: string): void {
  const owner =
    process.geteuid?.() === 0 ? statSync(directory, { throwIfNoEntry: false })?.uid : undefined;
  const parts = ['.mqha', 'mqha.yaml', 'pki', 'pki/authorities'].map((name) =>
    join(directory, name),
  );
  const fault = distrusted([directory, ...parts], owner);
  if (!fault) return;
  throw new MqhaError(
    'untrusted-directory',
    `the cluster directory ${directory} is not used: ${textOf(fault)}`,
    {
      hint: `${cureOf(fault)}, or choose another directory. Look at mqha.yaml first: who could write there may have changed it.`,
    },
  );
}

function textOf({ path, why, uid, gid }: Distrust): string {
  switch (why) {
    case 'owner':
      return `${path} belongs to user ${uid}, and mqha runs as user ${process.geteuid?.() ?? 0}`;
    case 'others':
      return `every user of this machine can write ${path}`;
    case 'group':
      return `the group ${gid} can write ${path}`;
  }
}

function cureOf({ path, why }: Distrust): string {
  switch (why) {
    case 'owner':
      return `Give it to this user (\`chown ${process.geteuid?.() ?? 0} ${word(path)}\`)`;
    case 'others':
      return `Close it (\`chmod go-w ${word(path)}\`)`;
    case 'group':
      return `Close it (\`chmod g-w ${word(path)}\`)`;
  }
}
