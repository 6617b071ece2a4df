import { clientSettings, type ClientSettings } from '../cluster/client-settings.js';
import { MqhaError } from '../errors.js';
import { answer } from '../output/io.js';
import { withCluster, type CommandContext } from './context.js';

export interface EnvFlags {
  readonly shell?: boolean;
}

/** `mqha env` */
export async function env(context: CommandContext, flags: EnvFlags): Promise<void> {
  const settings = await withCluster(context, ({ config, account }) => {
    if (config.authentication === 'generated' && !account) {
      throw new MqhaError(
        'not-rendered',
        'this cluster has no account yet: it was never rendered',
        {
          hint: 'Run `mqha render` or `mqha up` first.',
        },
      );
    }
    return Promise.resolve(clientSettings(config, account));
  });
  answer(context.io, settings, flags.shell === true ? shellText : plainText);
}

function plainText(settings: ClientSettings): string {
  return [
    `failover URL  ${settings.failoverUrl}`,
    `user          ${settings.username ?? '(none: anonymous)'}`,
    `password      ${settings.password ?? '(none: anonymous)'}`,
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
