import { execa } from 'execa';
import { clientSettings } from '../../clients/client-settings.js';
import { MqhaError } from '../../lib/errors.js';
import { notServing } from '../../messages/not-serving.js';
import { statusOf } from '../../observe/status-of.js';
import { applicationAccount } from '../../state/account.js';
import { asServed, type Cluster } from '../../state/cluster.js';
import type { open } from '../commands/open.js';
import type { InputOf } from '../definition.js';
import { answer } from '../output/io.js';
import { withCluster, type CommandContext } from './context.js';

/** How long the program that opens a browser may take; the browser itself goes on. */
const OPENER_MS = 5000;

/** `mqha open` */
export async function run(
  context: CommandContext,
  { print = false }: InputOf<typeof open>,
): Promise<void> {
  const { io } = context;
  const found = await withCluster(context, masterConsole);
  answer(io, found, ({ url, username }) =>
    username === null
      ? url
      : `${url}\nuser ${username}; \`mqha account show ${username}\` prints the password`,
  );
  const opener = print || io.json || !io.stdout.isTTY ? undefined : openerOf(io.env);
  if (opener)
    await execa(opener, [found.url], { timeout: OPENER_MS, stdio: 'ignore', reject: false });
}

/** The document of `mqha open --json`. */
interface MasterConsole {
  readonly master: string;
  readonly url: string;
  readonly username: string | null;
}

/** @throws MqhaError `console-off`, and of notServing() */
async function masterConsole(asked: Cluster): Promise<MasterConsole> {
  const cluster = await asServed(asked);
  if (!cluster.config.console) {
    throw new MqhaError('console-off', 'brokers serve no pages: mqha.yaml has `console: false`', {
      hint: 'Set `console: true` and run `mqha restart`; `mqha status` and `mqha queues` tell most of it.',
    });
  }
  const status = await statusOf(cluster);
  const { consoles, consoleUsername: username } = clientSettings(
    cluster.config,
    await applicationAccount(cluster),
  );
  const serving = status.nodes.find(({ name, accepting }) => name === status.master && accepting);
  const found = consoles.find(({ name }) => name === serving?.name);
  if (!found) throw notServing(status, 'only a master serves the pages');
  return { master: found.name, url: found.url, username };
}

/** What opens an address in a browser; undefined where there is no desktop. */
function openerOf(env: NodeJS.ProcessEnv): string | undefined {
  if (process.platform === 'darwin') return 'open';
  return (env.DISPLAY ?? env.WAYLAND_DISPLAY ?? '') === '' ? undefined : 'xdg-open';
}
