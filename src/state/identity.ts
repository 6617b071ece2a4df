import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import * as z from 'zod/mini';
import { layoutOf, type Layout } from '../config/layout.js';
import { CLUSTER_FILE } from '../config/read.js';
import { MANAGEMENT } from '../config/users.js';
import { MqhaError, usageError } from '../lib/errors.js';
import { refuseDistrustedCluster } from '../lib/refuse-distrusted.js';
import { defineStateFile } from '../lib/state-file.js';
import type { Credentials } from '../stores/rendered-file.js';

/** What makes this cluster this one: the id stands in the argv of every process of it. */
export interface Identity {
  readonly id: string;
  /** Where the cluster lived when it was last rendered; another place means moved or copied. */
  readonly directory: string;
}

/**
 * The cluster directory that a command means: the option, else `$MQHA_CLUSTER`, else the nearest
 * directory upward that holds an `mqha.yaml`.
 * @returns absolute and without links
 * @throws MqhaError `no-cluster` (exit code 2), `untrusted-directory`
 */
export function findClusterDirectory(
  option: string | undefined,
  env: NodeJS.ProcessEnv,
  cwd: string,
): string {
  const named = option ?? env.MQHA_CLUSTER;
  if (named !== undefined && named !== '') {
    const directory = resolve(cwd, named);
    if (existsSync(join(directory, CLUSTER_FILE))) return trusted(directory);
    const how = option === undefined ? '$MQHA_CLUSTER' : '-C';
    throw usageError(
      'no-cluster',
      `${directory} (from ${how}) holds no ${CLUSTER_FILE}`,
      'Name a directory that `mqha init` made, or make one there.',
    );
  }
  for (let directory = resolve(cwd); ; directory = dirname(directory)) {
    if (existsSync(join(directory, CLUSTER_FILE))) return trusted(directory);
    if (dirname(directory) === directory) break;
  }
  throw usageError(
    'no-cluster',
    `no cluster found: neither ${resolve(cwd)} nor a directory above it holds ${CLUSTER_FILE}`,
    'Make one with `mqha init`, or name one with -C or $MQHA_CLUSTER.',
  );
}

/** Asked before links are followed: they may be somebody else's. */
function trusted(directory: string): string {
  refuseDistrustedCluster(directory);
  return realpathSync(directory);
}

const something = z.string().check(z.minLength(1));

/** Without it nobody knows what runs as ours; what runs in the directory may say it (found-identity.ts). */
const IDENTITY = defineStateFile<Identity>({
  name: 'cluster.json',
  schema: z.looseObject({ id: something, directory: something }),
  damage: { policy: 'refuse', error: damaged },
});

/** What an earlier mqha has written has no password for ZooKeeper. */
export type KeptCredentials = Omit<Credentials, 'zookeeperPassword'> & {
  readonly zookeeperPassword?: string | undefined;
};

/** What properties files and XML take as it is: a person may give the password of an ensemble. */
const zookeeperSecret = z.string().check(z.regex(/^[\w.~-]{8,}$/));

const secret = {
  password: something,
  next: z.optional(something),
  previous: z.optional(something),
  retiring: z.optional(z.boolean()),
};

/** What runs, and every client, has these accounts: others would lock them out. */
const CREDENTIALS = defineStateFile<KeptCredentials>({
  name: 'credentials.json',
  schema: z.looseObject({
    username: something,
    ...secret,
    securityToken: something,
    zookeeperPassword: z.optional(zookeeperSecret),
    accounts: z.optional(z.record(z.string(), z.looseObject(secret))),
    shared: z.optional(z.boolean()),
  }),
  damage: { policy: 'refuse', error: damaged },
  secret: true,
});

function damaged(path: string, what: string): MqhaError {
  return new MqhaError('state-damaged', `${path} is damaged: ${what}`, {
    hint: 'Stop the brokers of this cluster if any run (`mqha down`), remove the file and run `mqha render --yes`.',
  });
}

/** The identity that is kept in the cluster directory; undefined for one that was never rendered. */
export function readIdentity(layout: Layout): Promise<Identity | undefined> {
  return IDENTITY.in(layout.state).load();
}

export async function writeIdentity(layout: Layout, identity: Identity): Promise<void> {
  await IDENTITY.in(layout.state).write(identity);
}

/** A new id, for a cluster that has none. */
export function newIdentity(layout: Layout): Identity {
  return { id: randomBytes(8).toString('hex'), directory: layout.directory };
}

/** Whether the directory is a copy of one that is still there: what runs is that one's. */
export function isCopied(layout: Layout, { directory }: Identity): boolean {
  return directory !== layout.directory && existsSync(join(directory, CLUSTER_FILE));
}

/** An error where the cluster directory is not where it was; undefined where all is well. */
export function movedError(layout: Layout, identity: Identity): MqhaError | undefined {
  if (identity.directory === layout.directory) return undefined;
  const copied = isCopied(layout, identity);
  return new MqhaError(
    'cluster-moved',
    `this cluster was made in ${identity.directory} and now lies in ${layout.directory}: it was ${copied ? 'copied' : 'moved'}`,
    {
      hint: copied
        ? 'Work in the old place; or stop the old cluster and run `mqha render --yes` here, which makes this copy a cluster of its own.'
        : 'Run `mqha render --yes` here to accept the new place.',
    },
  );
}

/** The generated accounts, token and password; undefined where none were generated yet. */
export function readCredentials(layout: Layout): Promise<KeptCredentials | undefined> {
  return CREDENTIALS.in(layout.state).load();
}

/** The cluster's password at ZooKeeper; undefined where there is none, or none that can be read. */
export async function zookeeperPassword(layout: Layout): Promise<string | undefined> {
  const read = await CREDENTIALS.in(layout.state).read();
  return read.state === 'read' ? read.value.zookeeperPassword : undefined;
}

/** Call it with the cluster's lock held. @throws MqhaError `disk-full`, `no-permission` */
export async function writeCredentials(
  layout: Layout,
  credentials: KeptCredentials,
): Promise<void> {
  await CREDENTIALS.in(layout.state).write(credentials);
}

/** A password that nobody guesses, of letters, digits, `-` and `_`. */
export function newPassword(): string {
  return randomBytes(18).toString('base64url');
}

/**
 * The generated accounts, token and password. What is missing of them is made, and what is there stays as it is: clients
 * have it. Call it with the cluster's lock held.
 * @param names the accounts beside mqha's own
 * @param isShared whether other machines have the same file: each of them then makes the same secrets where an earlier
 *   mqha has written that without them
 */
export async function ensureCredentials(
  layout: Layout,
  names: readonly string[],
  isShared: boolean,
): Promise<Credentials> {
  const found = await readCredentials(layout);
  const missing = names.filter((name) => found?.accounts?.[name] === undefined);
  if (found?.accounts && found.zookeeperPassword !== undefined && missing.length === 0) {
    return { ...found, zookeeperPassword: found.zookeeperPassword };
  }
  const derived = (what: string) =>
    found && isShared
      ? createHmac('sha256', found.securityToken).update(what).digest('hex')
      : undefined;
  const made = missing.map(
    (name) => [name, { password: derived(`account ${name}`) ?? newPassword() }] as const,
  );
  const credentials: Credentials = {
    ...(found ?? {
      username: MANAGEMENT,
      password: newPassword(),
      securityToken: randomBytes(24).toString('hex'),
    }),
    zookeeperPassword:
      found?.zookeeperPassword ?? derived('zookeeper') ?? randomBytes(24).toString('hex'),
    accounts: { ...found?.accounts, ...Object.fromEntries(made) },
    ...(found && !found.accounts ? { shared: true } : {}),
  };
  await writeCredentials(layout, credentials);
  return credentials;
}

/**
 * The directory of an identity as it is compared: absolute and without links.
 * @throws MqhaError `untrusted-directory`; nothing in it was read then
 */
export function layoutAt(directory: string): Layout {
  refuseDistrustedCluster(directory);
  return layoutOf(realpathSync(directory));
}
