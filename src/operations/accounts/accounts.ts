import { MqhaError, usageError } from '../../lib/errors.js';
import type { Cluster } from '../../state/cluster.js';
import { readCredentials } from '../../state/identity.js';
import { withPasswordFiles } from '../../state/passwords.js';
import type { Secret } from '../../stores/rendered-file.js';
import { accountSpecs, PAGES, secretOf, type AccountSpec } from '../../stores/accounts.js';

/** The document of `mqha account list --json`; no password is in it. */
export interface AccountList {
  readonly accounts: readonly {
    readonly name: string;
    readonly kind: 'management' | 'application' | 'console' | 'user';
    /** Whether it comes in at the message port, and at the web port. */
    readonly messages: boolean;
    readonly web: boolean;
    /** The file of its password, where a person keeps it. */
    readonly passwordFile: string | null;
    /** `rotating`: a rotation was begun and has not ended; `shared`: applications may know the password of mqha's own account. */
    readonly state: 'rotating' | 'shared' | null;
  }[];
}

/** An account with its password, for `mqha account show`. */
export interface AccountShown {
  readonly name: string;
  readonly password: string;
}

/** The accounts that a person deals with: all but the one that the console's pages use inside a broker. */
export function personalSpecs({ config }: Cluster): AccountSpec[] {
  return accountSpecs(config).filter(({ name }) => name !== PAGES);
}

/**
 * The account of a name.
 * @throws MqhaError `no-accounts`, `unknown-account`
 */
export function specOf(cluster: Cluster, name: string): AccountSpec {
  refuseWithout(cluster);
  const specs = personalSpecs(cluster);
  const found = specs.find((spec) => spec.name === name);
  if (found) return found;
  throw usageError(
    'unknown-account',
    `there is no account "${name}"`,
    `There are ${specs.map((spec) => spec.name).join(', ')}; \`users\` in mqha.yaml adds others.`,
  );
}

/** @throws MqhaError `no-accounts` */
export function refuseWithout({ config }: Cluster): void {
  if (config.authentication !== 'none') return;
  throw usageError(
    'no-accounts',
    'this cluster has no accounts: authentication is none',
    'Set `authentication: generated` in mqha.yaml and run `mqha restart`.',
  );
}

/** The accounts of a cluster. @throws MqhaError `no-accounts`, `state-damaged` */
export async function listAccounts(cluster: Cluster): Promise<AccountList> {
  refuseWithout(cluster);
  const credentials = await readCredentials(cluster.layout);
  return {
    accounts: personalSpecs(cluster).flatMap(({ name, kind, realms, passwordFile }) => {
      if (kind === 'pages') return [];
      const secret = credentials && secretOf(credentials, name);
      const rotating =
        secret !== undefined && (secret.next !== undefined || isBeingRetired(secret));
      const shared = kind === 'management' && credentials?.shared === true;
      return [
        {
          name,
          kind,
          messages: realms.includes('messages'),
          web: realms.includes('web'),
          passwordFile: passwordFile ?? null,
          state: rotating ? 'rotating' : shared ? 'shared' : null,
        },
      ];
    }),
  };
}

/**
 * An account with its password.
 * @throws MqhaError `no-accounts`, `unknown-account`, `not-rendered`, `password-file`, `state-damaged`
 */
export async function showAccount(cluster: Cluster, name: string): Promise<AccountShown> {
  const { layout, config } = cluster;
  specOf(cluster, name);
  const made = await readCredentials(layout);
  const credentials = made && (await withPasswordFiles(layout, config, made));
  const secret = credentials && secretOf(credentials, name);
  if (secret) return { name, password: secret.password };
  throw new MqhaError(
    'not-rendered',
    `the account ${name} has no password yet: it was never rendered`,
    {
      hint: 'Run `mqha render` or `mqha up` first.',
    },
  );
}

/** Whether the password before this one still counts, or may still be in files of brokers. */
export const isBeingRetired = ({ previous, retiring }: Secret): boolean =>
  previous !== undefined || retiring === true;
