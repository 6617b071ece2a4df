import { knowsAccounts, settingsOf } from '../stores/settings.js';
import type { Account } from '../clients/brokers.js';
import { APP } from '../config/users.js';
import type { Cluster } from './cluster.js';
import { readCredentials } from './identity.js';

/**
 * The account of mqha on a running broker, on its message port and its web port: a broker keeps what it was started
 * with, whatever mqha.yaml says since then. The password is read each time, because it may be rotated meanwhile.
 * @param argv of its process; empty where that is not known, and mqha.yaml is believed
 * @returns undefined where it asks for none, or for one that is gone
 */
export async function accountOf(
  { config, layout }: Cluster,
  argv: readonly string[],
): Promise<Account | undefined> {
  const started = settingsOf(argv).keys?.get('authentication') ?? config.authentication;
  if (started === 'none') return undefined;
  const credentials = await readCredentials(layout).catch(() => undefined);
  return credentials && { username: credentials.username, password: credentials.password };
}

/**
 * The account that applications are to use. Where a broker runs that an earlier mqha has started it is mqha's own, which
 * is the one that all brokers know.
 * @returns undefined with `authentication: none`, and where none was made yet
 * @throws MqhaError `state-damaged`
 */
export async function applicationAccount(cluster: Cluster): Promise<Account | undefined> {
  const { config, layout, registry } = cluster;
  if (config.authentication === 'none') return undefined;
  const credentials = await readCredentials(layout);
  if (!credentials) return undefined;
  const running = await registry.findAll(config.nodes.map(({ name }) => name));
  const areNew = [...running.values()].every(({ argv }) => knowsAccounts(argv));
  const app = areNew ? credentials.accounts?.[APP] : undefined;
  return app
    ? { username: APP, password: app.password }
    : { username: credentials.username, password: credentials.password };
}
