import type { Account } from '../../clients/brokers.js';
import { clientSettings, clientTls, type ClientSettings } from '../../clients/client-settings.js';
import { MqhaError, usageError } from '../../lib/errors.js';
import { showAccount, specOf } from '../../operations/accounts/accounts.js';
import { applicationAccount } from '../../state/account.js';
import { asServed, type Cluster } from '../../state/cluster.js';
import { answer } from '../output/io.js';
import type { env } from '../commands/env.js';
import type { InputOf } from '../definition.js';
import { withCluster, type CommandContext } from './context.js';

/** `mqha env` */
export async function run(context: CommandContext, input: InputOf<typeof env>): Promise<void> {
  const { account } = input;
  const format = formatOf(input, context.io.json);
  const settings = await withCluster(context, async (asked) => {
    const cluster = await asServed(asked);
    const { config, layout, host } = cluster;
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
    const tls = clientTls(config, layout, used?.username);
    if (config.tls?.clientCertificates === 'needed' && tls?.certificate === null) {
      const message =
        'brokers let nobody in without a certificate, and there is none; `mqha certs client app` makes one';
      host.emit({ type: 'warning', message });
    }
    return clientSettings(config, used, tls);
  });
  const io = format === 'json' ? { ...context.io, json: true } : context.io;
  answer(io, settings, TEXTS[format]);
}

type Format = NonNullable<InputOf<typeof env>['format']> | 'plain';

/** @throws MqhaError `usage` where several are given */
function formatOf({ shell, spring, format }: InputOf<typeof env>, json: boolean): Format {
  const given = [
    ...(json && format !== undefined && format !== 'json' ? ['--json'] : []),
    ...(shell === true ? ['--shell'] : []),
    ...(spring === true ? ['--spring'] : []),
    ...(format === undefined ? [] : [`--format ${format}`]),
  ];
  if (given.length > 1) {
    throw usageError(
      'usage',
      `${given.join(' and ')} cannot be given together`,
      'Give one of them.',
    );
  }
  return format ?? (shell === true ? 'shell' : spring === true ? 'spring' : 'plain');
}

const TEXTS: Readonly<Record<Format, (settings: ClientSettings) => string>> = {
  plain: plainText,
  json: plainText, // It is answered as JSON.
  shell: shellText,
  dotenv: dotenvText,
  spring: springText,
  docker: dockerText,
};

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
    ...tlsText(settings),
    `console user  ${settings.consoleUsername === null ? '(none: anonymous)' : `${settings.consoleUsername} (\`mqha account show ${settings.consoleUsername}\` prints the password)`}`,
    ...settings.brokers.map(({ name, url }) => `broker ${name}   ${url}`),
    ...settings.consoles.map(
      ({ name, url }) => `console ${name}  ${url} (only the master's answers)`,
    ),
  ].join('\n');
}

function tlsText({ tls }: ClientSettings): string[] {
  if (!tls) return [];
  return [
    `authority     ${tls.authority}`,
    `certificate   ${tls.certificate ?? '(none: `mqha certs client app` makes one)'}`,
    ...(tls.key === null ? [] : [`key           ${tls.key}`]),
  ];
}

/** The SSL bundle of an application with Spring Boot, as properties of `spring.ssl.bundle.pem.mqha`. */
function bundleOf({
  tls,
}: ClientSettings): readonly (readonly [name: string, value: string | null])[] {
  const at = (file: string | null | undefined) =>
    typeof file === 'string' ? `file:${file}` : null;
  return [
    ['truststore.certificate', at(tls?.authority)],
    ['keystore.certificate', at(tls?.certificate)],
    ['keystore.private-key', at(tls?.key)],
  ];
}

type Variable = readonly [name: string, value: string | null | undefined];

/** The variables of a client; without a value what there is none of. */
function variablesOf(settings: ClientSettings): readonly Variable[] {
  const { failoverUrl, username, password, tls } = settings;
  return [
    ['MQHA_FAILOVER_URL', failoverUrl],
    ['SPRING_ACTIVEMQ_BROKER_URL', failoverUrl],
    ['MQHA_USERNAME', username],
    ['SPRING_ACTIVEMQ_USER', username],
    ['MQHA_PASSWORD', password],
    ['SPRING_ACTIVEMQ_PASSWORD', password],
    ['MQHA_CA_FILE', tls?.authority],
    ['MQHA_CERTIFICATE_FILE', tls?.certificate],
    ['MQHA_KEY_FILE', tls?.key],
    ...bundleOf(settings).map(
      ([name, value]) =>
        [
          `SPRING_SSL_BUNDLE_PEM_MQHA_${name.replace('-', '').replace('.', '_').toUpperCase()}`,
          value,
        ] as const,
    ),
  ];
}

/** Those that have a value, as lines. */
function lines(settings: ClientSettings, quote: (text: string) => string): string {
  return variablesOf(settings)
    .flatMap(([name, value]) => (typeof value === 'string' ? [`${name}=${quote(value)}`] : []))
    .join('\n');
}

/** A `.env` file: what is in single quotes is read as it stands. */
function dotenvText(settings: ClientSettings): string {
  return lines(settings, (text) =>
    text.includes("'") ? `"${text.replace(/[\\"$`]/g, String.raw`\$&`)}"` : `'${text}'`,
  );
}

/** A file for `docker run --env-file`, which takes quotes for a part of the value. */
function dockerText(settings: ClientSettings): string {
  return lines(settings, (text) => text);
}

/** What a shell evaluates. What is absent is unset: it may be there of another cluster. */
function shellText(settings: ClientSettings): string {
  const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
  return variablesOf(settings)
    .map(([name, value]) =>
      typeof value === 'string' ? `export ${name}=${quote(value)}` : `unset ${name}`,
    )
    .join('\n');
}

/** What Spring Boot reads; a text in double quotes is the same in YAML as in JSON. */
function springText(settings: ClientSettings): string {
  const { failoverUrl, username, password, tls } = settings;
  const quote = (text: string) => JSON.stringify(text);
  const lines = ['# For the application.yaml of an application with spring-boot-starter-activemq.'];
  const hasAccount = username !== null && password !== null;
  if (hasAccount) {
    lines.push(
      '# To keep the password out of the file, leave its line out and set SPRING_ACTIVEMQ_PASSWORD,',
      '# as `eval "$(mqha env --shell)"` does.',
    );
  }
  lines.push('spring:', '  activemq:', `    broker-url: ${quote(failoverUrl)}`);
  if (hasAccount) lines.push(`    user: ${quote(username)}`, `    password: ${quote(password)}`);
  if (tls) {
    lines.push(
      '  # Spring Boot has no setting that gives connections to brokers a bundle: the application does',
      '  # (TlsConfiguration.java in examples/spring-boot of mqha).',
      '  ssl:',
      '    bundle:',
      '      pem:',
      '        mqha:',
      ...bundleLines(settings).map((line) => `          ${line}`),
    );
  }
  return lines.join('\n');
}

/** The bundle as YAML, without what there is none of. */
function bundleLines(settings: ClientSettings): string[] {
  const lines: string[] = [];
  for (const [name, value] of bundleOf(settings)) {
    const [store = '', key = ''] = name.split('.');
    if (value === null) continue;
    if (!lines.includes(`${store}:`)) lines.push(`${store}:`);
    lines.push(`  ${key}: ${JSON.stringify(value)}`);
  }
  return lines;
}
