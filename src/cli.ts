import { Command, InvalidArgumentError, Option } from 'commander';
import type { CommandContext, ConfirmFlags, ExitCode, WaitFlags } from './commands/context.js';
import type { ConsumeFlags } from './commands/consume.js';
import type { DestroyFlags } from './commands/destroy.js';
import type { DrillFlags } from './commands/drill.js';
import type { EnvFlags } from './commands/env.js';
import type { EventsFlags } from './commands/events.js';
import type { ExportSystemdFlags } from './commands/export.js';
import type { HistoryFlags } from './commands/history.js';
import type { InitFlags } from './commands/init.js';
import type { InstallFlags } from './commands/install.js';
import type { LogsFlags } from './commands/logs.js';
import type { RenderFlags } from './commands/render.js';
import type { SendFlags } from './commands/send.js';
import type { SuperviseFlags } from './commands/supervise.js';
import type { SwitchoverFlags } from './commands/switchover.js';
import type { UpFlags } from './commands/up.js';
import { packageVersion } from './package.js';

/** What an action tells `main`: an exit code of its own, or nothing for 0. */
export interface Outcome {
  exitCode: ExitCode;
  /** The command sees by itself that nobody reads stdout any more, and ends in order. */
  endsItself: boolean;
}

interface GlobalFlags {
  readonly cluster?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/**
 * The commands as commander sees them. Each action imports its file when it runs, so that `--help`
 * and `--version` load nothing else.
 * @param contextOf makes the context of a command from the global options
 */
export function buildCli(
  contextOf: (flags: GlobalFlags) => CommandContext,
  outcome: Outcome,
): Command {
  const program = new Command('mqha')
    .description('Makes, runs, watches and tests a real ActiveMQ replicatedLevelDB cluster.')
    .version(packageVersion(), '--version', 'print the version of mqha')
    .option(
      '-C, --cluster <dir>',
      'the cluster directory (default: $MQHA_CLUSTER, else the nearest mqha.yaml upward)',
    )
    .option('--json', 'answer with one JSON document on stdout')
    .option('--verbose', 'show the stack trace of an error')
    .helpCommand(false)
    .showHelpAfterError('(see mqha --help)')
    .configureHelp({ showGlobalOptions: true });

  const context = () => contextOf(program.opts<GlobalFlags>());
  const timeout = (byDefault: string) =>
    new Option('--timeout <duration>', `how long to wait (default: ${byDefault})`);
  const since = () =>
    new Option('--since <when>', 'a duration back from now (10m, 2h, 3d) or an ISO time');
  const yes = () => new Option('-y, --yes', 'answer every question with yes');

  program
    .command('init [dir]')
    .description('write mqha.yaml and render every node’s files')
    .option('--nodes <n>', 'how many brokers, 1 to 9', wholeNumber, 3)
    .option('--name <name>', 'the brokerName, the same on every node (default: mqStore)')
    .option(
      '--web-port <port>',
      'web port of the first node; the others count up (default: 8161)',
      wholeNumber,
    )
    .option(
      '--message-port <port>',
      'message port of the first node; the others count up (default: 60001)',
      wholeNumber,
    )
    .option(
      '--replication-port <port>',
      'replication port of every node (default: 61600)',
      wholeNumber,
    )
    .option(
      '--host <host>',
      'one host for all nodes, or one for each, separated by commas (default: 127.0.0.1)',
    )
    .option('--zookeeper <servers>', 'an ensemble that exists: host:port,host:port…')
    .option('--zookeeper-port <port>', 'port of the managed ZooKeeper (default: 2181)', wholeNumber)
    .option('--zk-path <path>', 'znode of the cluster (default: /activemq/mqstores)')
    .option(
      '--sync <mode>',
      'quorum_mem, quorum_disk, local_mem or local_disk (default: quorum_mem)',
    )
    .option('--no-auth', 'no accounts: clients and console are anonymous')
    .option(
      '--no-supervisor',
      'nothing looks after the brokers; sessions are short for that reason',
    )
    .action(async (directory: string | undefined, flags: InitFlags) => {
      const { init } = await import('./commands/init.js');
      await init(context(), directory, flags);
    });

  program
    .command('render')
    .description('render the nodes’ files from mqha.yaml again')
    .option('--check', 'write nothing, print the differences, exit 1 if there are any')
    .addOption(yes())
    .action(async (flags: RenderFlags) => {
      const { renderCommand } = await import('./commands/render.js');
      outcome.exitCode = await renderCommand(context(), flags);
    });

  program
    .command('install')
    .description('put the pinned ActiveMQ and ZooKeeper, verified, into the cache')
    .option('--from <dir or tar>', 'take the files from here instead of a network')
    .option('--export <dir>', 'write every pinned file into a directory, for --from elsewhere')
    .action(async (flags: InstallFlags) => {
      const { install } = await import('./commands/install.js');
      await install(context(), flags);
    });

  program
    .command('up')
    .description('start what is not running and leave a supervisor; returns when a client can send')
    .option('--dry-run', 'print the plan and change nothing')
    .option('--no-supervisor', 'leave no supervisor, and end one that runs')
    .addOption(timeout('180s'))
    .action(async (flags: UpFlags) => {
      const { upCommand } = await import('./commands/up.js');
      await upCommand(context(), flags);
    });

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
    .command('start <node...>')
    .description('start nodes (by name or role)')
    .addOption(timeout('180s'))
    .action(async (nodes: string[], flags: WaitFlags) => {
      const { start } = await import('./commands/start.js');
      await start(context(), nodes, flags);
    });

  program
    .command('stop <node...>')
    .description('stop nodes gracefully (by name, or master, elector, slave)')
    .addOption(timeout('120s'))
    .addOption(yes())
    .action(async (nodes: string[], flags: ConfirmFlags) => {
      const { stop } = await import('./commands/stop.js');
      await stop(context(), nodes, flags);
    });

  program
    .command('restart [node...]')
    .description('restart nodes one after the other; without names all, the master last')
    .addOption(timeout('180s for each'))
    .addOption(yes())
    .action(async (nodes: string[], flags: ConfirmFlags) => {
      const { restart } = await import('./commands/restart.js');
      await restart(context(), nodes, flags);
    });

  program
    .command('kill <node...>')
    .description('kill nodes with SIGKILL and follow the failover')
    .addOption(timeout('60s'))
    .addOption(yes())
    .action(async (nodes: string[], flags: ConfirmFlags) => {
      const { kill } = await import('./commands/kill.js');
      await kill(context(), nodes, flags);
    });

  program
    .command('down')
    .description('stop the brokers, then the managed ZooKeeper; the data is kept')
    .addOption(timeout('120s'))
    .action(async (flags: WaitFlags) => {
      const { down } = await import('./commands/stop.js');
      await down(context(), flags);
    });

  program
    .command('destroy')
    .description('stop the cluster and remove what mqha made, messages included')
    .option('--keep-znodes', 'leave the znodes of an external ensemble alone')
    .addOption(timeout('120s'))
    .addOption(yes())
    .action(async (flags: DestroyFlags) => {
      const { destroy } = await import('./commands/destroy.js');
      await destroy(context(), flags);
    });

  program
    .command('supervise')
    .description('look after the brokers in the foreground, until SIGTERM or `mqha down`')
    .option('--up', 'start every broker first, unless some are wanted already')
    .action(async (flags: SuperviseFlags) => {
      const { superviseCommand } = await import('./commands/supervise.js');
      await superviseCommand(context(), flags);
    });

  program
    .command('switchover')
    .description('change the master as planned: refuses while a slave is attaching or lagging')
    .option('--to <node>', 'who should be master afterwards (default: whoever is elected)')
    .addOption(timeout('180s'))
    .addOption(yes())
    .action(async (flags: SwitchoverFlags) => {
      const { switchoverCommand } = await import('./commands/switchover.js');
      await switchoverCommand(context(), flags);
    });

  program
    .command('drill')
    .description(
      'prove it: clients send, faults come, and what is lost and how long they wait is measured',
    )
    .option('--scenario <name...>', 'what happens; several names, or `all` (default: kill-master)')
    .option('--rounds <n>', 'how often each scenario is held', wholeNumber, 3)
    .option('--rate <n>', 'messages per second of all clients; 0: no limit', wholeNumber, 200)
    .option('--clients <n>', 'how many clients send', wholeNumber, 4)
    .option('--duration <duration>', 'how long a round lasts at least (default: 10s)')
    .option('--seed <n>', 'the same seed chooses the same victims and moments', wholeNumber)
    .option(
      '--supervisor <with|without|both>',
      'whether the supervisor looks on (default: both, where one runs)',
    )
    .option('--report <dir>', 'write a report there: HTML, JSON and JUnit XML')
    .addOption(timeout('120s for the cluster to be whole again'))
    .addOption(yes())
    .action(async (flags: DrillFlags) => {
      const { drillCommand } = await import('./commands/drill.js');
      outcome.exitCode = await drillCommand(context(), flags);
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
    .command('export')
    .description('what other programs need to run or watch the cluster')
    .command('systemd')
    .description('a systemd unit that runs the supervisor')
    .option('--user <name>', 'who runs the brokers (default: the owner of the cluster directory)')
    .option('--output <file>', 'write it there; without it the unit is printed')
    .addOption(yes())
    .action(async (flags: ExportSystemdFlags) => {
      const { exportSystemd } = await import('./commands/export.js');
      await exportSystemd(context(), flags);
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

  program
    .command('send <queue> [body]')
    .description('send persistent messages, each acknowledged; follows the master, at least once')
    .option('--file <path>', 'the body is the content of a file')
    .option('--stdin', 'each line of stdin is a message')
    .option('--count <n>', 'send the body, or bodies of a size, so many times', wholeNumber)
    .option('--size <bytes>', 'bodies of this size, each beginning with its number', wholeNumber)
    .option('--rate <n>', 'at most so many a second')
    .addOption(timeout('60s without an acknowledgement'))
    .action(async (queue: string, body: string | undefined, flags: SendFlags) => {
      const { send } = await import('./commands/send.js');
      await send(context(), queue, body, flags);
    });

  program
    .command('consume <queue>')
    .description(
      'take messages and print their bodies, one a line; each is acknowledged after that',
    )
    .option('--count <n>', 'end after so many', wholeNumber)
    .option('--browse', 'leave them in the queue')
    .addOption(
      new Option('--timeout <duration>', 'end when none has come for so long (default: 1s)'),
    )
    .action(async (queue: string, flags: ConsumeFlags) => {
      const { consume } = await import('./commands/consume.js');
      outcome.endsItself = true;
      await consume(context(), queue, flags);
    });

  program
    .command('queues')
    .description('depth and consumers of each queue; in and out count since the master serves')
    .action(async () => {
      const { queues } = await import('./commands/queues.js');
      await queues(context());
    });

  return program;
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It is not a whole number.');
  return Number(text);
}
