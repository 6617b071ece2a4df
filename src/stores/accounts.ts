import { createHash } from 'node:crypto';
import type { ClusterConfig } from '../config/schema.js';
import { APP, CONSOLE, MANAGEMENT, RIGHTS, type DestinationPattern } from '../config/users.js';
import type { Credentials, Secret } from './rendered-file.js';

/** The account that the pages of the console use inside a broker; a dot is in no name of a user. */
export const PAGES = 'console.pages';

/** The end of the name of a group that may remove what it may create (RemovalRights.java). */
const ADMINISTRATORS = '.admin';

/** The group that opens the web port. */
export const WEB_GROUP = 'console.user';

/** Where an account is let in. */
export type Realm = 'messages' | 'web';

/** An account of a cluster, without its password. */
export interface AccountSpec {
  readonly name: string;
  readonly kind: 'management' | 'application' | 'console' | 'pages' | 'user';
  readonly realms: readonly Realm[];
  /** The file of its password, where a person keeps it. */
  readonly passwordFile?: string;
}

/**
 * Every account that a cluster has. With `authentication: none` nobody is asked for one, and yet a broker that was
 * started before may run, and reads the files of its users again.
 */
export function accountSpecs(config: ClusterConfig): readonly AccountSpec[] {
  return [
    { name: MANAGEMENT, kind: 'management', realms: ['messages', 'web'] },
    { name: APP, kind: 'application', realms: ['messages'] },
    { name: CONSOLE, kind: 'console', realms: ['web'] },
    ...(config.console
      ? [{ name: PAGES, kind: 'pages', realms: ['messages'] } satisfies AccountSpec]
      : []),
    ...config.users.map((user): AccountSpec => ({
      name: user.name,
      kind: 'user',
      realms: user.console ? ['messages', 'web'] : ['messages'],
      ...(user.passwordFile === undefined ? {} : { passwordFile: user.passwordFile }),
    })),
  ];
}

/** The accounts whose passwords mqha generates, beside its own. */
export function generatedAccounts(config: ClusterConfig): string[] {
  return accountSpecs(config)
    .filter(({ kind, passwordFile }) => kind !== 'management' && passwordFile === undefined)
    .map(({ name }) => name);
}

/** The password of an account, and those beside it; undefined where it has none yet. */
export function secretOf(
  credentials: Omit<Credentials, 'zookeeperPassword'>,
  name: string,
): Secret | undefined {
  if (name !== credentials.username) return credentials.accounts?.[name];
  const { password, next, previous, retiring } = credentials;
  return { password, next, previous, retiring };
}

/** Who may do what with the destinations of a pattern: one entry of the authorization plugin. */
export interface RightsEntry extends DestinationPattern {
  readonly read: string;
  readonly write: string;
  readonly admin: string;
}

/** Groups by what they may do with destinations of a pattern. */
class Rights {
  readonly #entries = new Map<
    string,
    DestinationPattern & Record<'read' | 'write' | 'admin', Set<string>>
  >();

  give(pattern: DestinationPattern, right: 'read' | 'write' | 'admin', groups: readonly string[]) {
    const key = `${pattern.kind}://${pattern.name}`;
    const entry = this.#entries.get(key) ?? {
      ...pattern,
      read: new Set(),
      write: new Set(),
      admin: new Set(),
    };
    this.#entries.set(key, entry);
    for (const group of groups) entry[right].add(group);
  }

  get entries(): RightsEntry[] {
    return [...this.#entries.values()].map(({ kind, name, read, write, admin }) => ({
      kind,
      name,
      read: [...read].join(','),
      write: [...write].join(','),
      admin: [...admin].join(','),
    }));
  }
}

/** Which advisories a JMS client listens to without being asked: of temporary destinations that are gone. */
const ADVISORIES = ['ActiveMQ.Advisory.TempQueue', 'ActiveMQ.Advisory.TempTopic'];

/**
 * The entries of the authorization plugin. The right to administer is that to create; who may remove as well is in a
 * group of administrators there. Entries add up. A client's own act makes the topic of an advisory, so everybody may
 * create those.
 */
export function rightsEntries(config: ClusterConfig): readonly RightsEntry[] {
  const everybody = everybodyOf(config);
  const rights = new Rights();
  const usesAll = accountSpecs(config).filter(
    ({ kind }) => kind === 'application' || kind === 'pages',
  );
  const all = [MANAGEMENT, ...usesAll.map(({ name }) => name)];
  for (const kind of ['queue', 'topic'] as const) {
    const pattern = { kind, name: '>' };
    rights.give(pattern, 'read', all);
    rights.give(pattern, 'write', all);
    rights.give(pattern, 'admin', [`${MANAGEMENT}${ADMINISTRATORS}`, ...all]);
  }
  rights.give({ kind: 'topic', name: 'ActiveMQ.Advisory.>' }, 'admin', everybody);
  for (const name of ADVISORIES) rights.give({ kind: 'topic', name }, 'read', everybody);
  for (const user of config.users) {
    for (const right of RIGHTS) {
      for (const pattern of user.rights[right]) {
        if (right === 'admin') {
          rights.give(pattern, 'admin', [user.name, `${user.name}${ADMINISTRATORS}`]);
        } else rights.give(pattern, right === 'create' ? 'admin' : right, [user.name]);
      }
    }
  }
  return rights.entries;
}

/** Who comes in at the message port. */
export function everybodyOf(config: ClusterConfig): string[] {
  return accountSpecs(config)
    .filter(({ realms }) => realms.includes('messages'))
    .map(({ name }) => name);
}

/** Groups with their members: one of each account's own name, those of administrators, and that of the web port. */
export function groupsOf(config: ClusterConfig): [group: string, members: string][] {
  const specs = accountSpecs(config);
  const administrators = [
    MANAGEMENT,
    ...config.users.filter(({ rights }) => rights.admin.length > 0).map(({ name }) => name),
  ];
  const web = specs.filter(({ realms }) => realms.includes('web')).map(({ name }) => name);
  return [
    ...everybodyOf(config).map((name): [string, string] => [name, name]),
    ...administrators.map((name): [string, string] => [`${name}${ADMINISTRATORS}`, name]),
    [WEB_GROUP, web.join(',')],
  ];
}

/** What a broker reads of its accounts at its start only: who may do what, without names of files and passwords. */
export function rightsDigest(config: ClusterConfig): string {
  if (config.authentication === 'none') return 'none';
  const rights = JSON.stringify([rightsEntries(config), groupsOf(config)]);
  return createHash('sha256').update(rights).digest('hex').slice(0, 12);
}
