import { Option, type Command } from 'commander';
import { timeout, wholeNumber, type Outcome } from './cli-options.js';
import type { ConsumeFlags } from './commands/consume.js';
import type { CommandContext } from './commands/context.js';
import type { SendFlags } from './commands/send.js';

/** The commands of clients. */
export function addMessageCommands(
  program: Command,
  context: () => CommandContext,
  outcome: Outcome,
): void {
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
}
