import type { Account } from '../../clients/brokers.js';
import { clientSettings, type ClientSettings } from '../../clients/client-settings.js';
import { MqhaError, usageError } from '../../lib/errors.js';
import { showAccount, specOf } from '../../operations/accounts/accounts.js';
import { applicationAccount } from '../../state/account.js';
import type { Cluster } from '../../state/cluster.js';
import { answer } from '../output/io.js';
import type { env } from '../commands/env.js';
import type { InputOf } from '../definition.js';
import { withCluster, type CommandContext } from './context.js';

/** `mqha env` */
export async function run(
  context: CommandContext,
  { shell = false, spring = false, account }: InputOf<typeof env>,
): Promise<void> {
  if (shell && spring) {
    throw usageError('usage', '--shell and --spring cannot be given together', 'Give one of them.');
  }
  const settings = await withCluster(context, async (cluster) => {
    const { config } = cluster;
    const wanted = account === undefined ? undefined : await messageAccount(cluster, account);
    const used = wanted ?? (await applicationAccount(cluster));
    if (config.authentication === 'generated' && !used) {
      throw new MqhaError(
        'not-rendered',
        'this cluster has no account yet: it was never rendered',
        {
          hint: 'Run `mqha render` or `mqha up` first.',
        },
      );
    }
    return clientSettings(config, used);
  });
  const text = shell ? shellText : spring ? springText : plainText;
  answer(context.io, settings, text);
}

/** An account that is let in at the message port. */
async function messageAccount(cluster: Cluster, name: string): Promise<Account> {
  if (!specOf(cluster, name).realms.includes('messages')) {
    throw usageError(
      'usage',
      `the account ${name} is for the console alone`,
      `\`mqha account show ${name}\` prints its password.`,
    );
  }
  const { password } = await showAccount(cluster, name);
  return { username: name, password };
}

function plainText(settings: ClientSettings): string {
  return [
    `failover URL  ${settings.failoverUrl}`,
    `user          ${settings.username ?? '(none: anonymous)'}`,
    `password      ${settings.password ?? '(none: anonymous)'}`,
    `console user  ${settings.consoleUsername === null ? '(none: anonymous)' : `${settings.consoleUsername} (\`mqha account show ${settings.consoleUsername}\` prints the password)`}`,
    ...settings.brokers.map(({ name, url }) => `broker ${name}   ${url}`),
    ...settings.consoles.map(
      ({ name, url }) => `console ${name}  ${url} (only the master's answers)`,
    ),
  ].join('\n');
}

function shellText({ failoverUrl, username, password }: ClientSettings): string {
  const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
  const lines = [`export MQHA_FAILOVER_URL=${quote(failoverUrl)}`];
  lines.push(`export SPRING_ACTIVEMQ_BROKER_URL=${quote(failoverUrl)}`);
  for (const [names, value] of [
    [['MQHA_USERNAME', 'SPRING_ACTIVEMQ_USER'], username],
    [['MQHA_PASSWORD', 'SPRING_ACTIVEMQ_PASSWORD'], password],
  ] as const) {
    for (const name of names) {
      lines.push(value === null ? `unset ${name}` : `export ${name}=${quote(value)}`);
    }
  }
  return lines.join('\n');
}

/** What Spring Boot reads; a text in double quotes is the same in YAML as in JSON. */
function springText({ failoverUrl, username, password }: ClientSettings): string {
  const quote = (text: string) => JSON.stringify(text);
  const lines = [
    '# For the application.yaml of an application with spring-boot-starter-activemq.',
    'spring:',
    '  activemq:',
    `    broker-url: ${quote(failoverUrl)}`,
  ];
  if (username !== null && password !== null) {
    lines.splice(
      1,
      0,
      '# To keep the password out of the file, leave its line out and set SPRING_ACTIVEMQ_PASSWORD,',
      '# as `eval "$(mqha env --shell)"` does.',
    );
    lines.push(`    user: ${quote(username)}`, `    password: ${quote(password)}`);
  }
  return lines.join('\n');
}
