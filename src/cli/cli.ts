import { Command, Option } from 'commander';
import { addLookCommands } from './cli-look.js';
import { addMessageCommands } from './cli-messages.js';
import { timeout, wholeNumber, type Outcome } from './cli-options.js';
import type { CommandContext, ConfirmFlags, WaitFlags } from './commands/context.js';
import type { DestroyFlags } from './commands/destroy.js';
import type { DrillFlags } from './commands/drill.js';
import type { ExportSystemdFlags } from './commands/export.js';
import type { InitFlags } from './commands/init.js';
import type { InstallFlags } from './commands/install.js';
import type { RenderFlags } from './commands/render.js';
import type { ScaleFlags } from './commands/scale.js';
import type { SuperviseFlags } from './commands/supervise.js';
import type { SwitchoverFlags } from './commands/switchover.js';
import type { UpFlags } from './commands/up.js';
import { packageVersion } from '../lib/package.js';

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
    // It asks nothing; scripts give --yes to whatever stops something.
    .addOption(yes())
    .action(async (flags: ConfirmFlags) => {
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
    .command('archive-classes', { hidden: true })
    .description(
      'make the class-data archives that a first start has recorded; `up` leaves it behind',
    )
    .action(async () => {
      const { archiveClassesCommand } = await import('./commands/archive-classes.js');
      await archiveClassesCommand(context());
    });

  program
    .command('drill')
    .description(
      'prove it: clients send, faults come, and what is lost and how long they wait is measured',
    )
    .option('--scenario <name...>', 'what happens; several names, or `all` (default: kill-master)')
    .option(
      '--workload <name...>',
      'what is sent and taken meanwhile: queue, transactions, durable, large, groups, or `all`; several names, also with commas (default: queue)',
    )
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
    .command('scale')
    .argument('<n>', 'how many nodes it shall be, 1 to 9', wholeNumber)
    .description('more or fewer nodes, under load; goes on where it was interrupted')
    .option('--remove <node...>', 'who leaves (default: the last of mqha.yaml)')
    .option('--dry-run', 'print the plan and change nothing')
    .addOption(timeout('180s for each step'))
    .addOption(yes())
    .action(async (nodes: number, flags: ScaleFlags) => {
      const { scale } = await import('./commands/scale.js');
      await scale(context(), nodes, flags);
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

  addLookCommands(program, context, outcome);
  addMessageCommands(program, context, outcome);

  return program;
}
