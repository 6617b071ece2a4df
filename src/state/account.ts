import { settingsOf } from '../stores/settings.js';
import type { Account } from '../clients/brokers.js';
import type { Cluster } from './cluster.js';
import { readCredentials } from './identity.js';

/**
 * The account that a running broker asks for, on its message port and its console: it keeps what it was started with,
 * whatever mqha.yaml says since then.
 * @param argv of its process; empty where that is not known, and mqha.yaml is believed
 * @returns undefined where it asks for none, or for one that is gone
 */
export async function accountOf(
  { config, account, layout }: Cluster,
  argv: readonly string[],
): Promise<Account | undefined> {
  const started = settingsOf(argv).keys?.get('authentication');
  if (started === undefined || started === config.authentication) return account;
  if (started === 'none') return undefined;
  const credentials = await readCredentials(layout).catch(() => undefined);
  return credentials && { username: credentials.username, password: credentials.password };
}
