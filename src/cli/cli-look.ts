import { Option, type Command } from 'commander';
import { wholeNumber, type Outcome } from './cli-options.js';
import type { CommandContext } from './commands/context.js';
import type { EnvFlags } from './commands/env.js';
import type { EventsFlags } from './commands/events.js';
import type { HistoryFlags } from './commands/history.js';
import type { LogsFlags } from './commands/logs.js';

const since = () =>
  new Option('--since <when>', 'a duration back from now (10m, 2h, 3d) or an ISO time');

/** The commands that look at a cluster and change nothing. */
export function addLookCommands(
  program: Command,
  context: () => CommandContext,
  outcome: Outcome,
): void {
  program
    .command('status')
    .description('who is registered, who is master, what is wrong')
    .action(async () => {
      const { status } = await import('./commands/status.js');
      await status(context());
    });

  program
    .command('check')
    .description('one line for a monitor; exits 0 serving, 1 degraded, 2 not serving, 3 unknown')
    .action(async () => {
      const { check } = await import('./commands/check.js');
      outcome.exitCode = await check(context());
    });

  program
    .command('logs [node]')
    .description('the log of a node or of zookeeper; without a name all of them')
    .option('-f, --follow', 'go on with what is written')
    .option('-n, --lines <n>', 'how many lines', wholeNumber, 50)
    .action(async (node: string | undefined, flags: LogsFlags) => {
      const { logs } = await import('./commands/logs.js');
      await logs(context(), node, flags);
    });

  program
    .command('events')
    .description('what happened to the cluster, as its supervisor and the commands recorded it')
    .option('-f, --follow', 'go on with what happens')
    .option(
      '-n, --lines <n>',
      'how many, the last ones (default: 50, with --since all)',
      wholeNumber,
    )
    .addOption(since())
    .action(async (flags: EventsFlags) => {
      const { events } = await import('./commands/events.js');
      await events(context(), flags);
    });

  program
    .command('history')
    .description('the changes of master: when, why, and how long there was none')
    .addOption(since())
    .action(async (flags: HistoryFlags) => {
      const { history } = await import('./commands/history.js');
      await history(context(), flags);
    });

  program
    .command('env')
    .description('what a client needs: failover URL, user, password, consoles')
    .option('--shell', 'as export lines for eval')
    .option('--spring', 'as YAML for the application.yaml of a Spring Boot application')
    .action(async (flags: EnvFlags) => {
      const { env } = await import('./commands/env.js');
      await env(context(), flags);
    });
}
