import type { Received } from '../../clients/amqp/receiver.js';
import { checkQueueName } from '../../clients/queue-name.js';
import { consumeMessages, type ConsumeResult } from '../../messages/consume.js';
import { usageError } from '../../lib/errors.js';
import type { Io } from '../output/io.js';
import type { consume } from '../commands/consume.js';
import type { InputOf } from '../definition.js';
import { withCluster, type CommandContext } from './context.js';

/**
 * `mqha consume <queue>`. It ends in order also where nobody reads its answer any more: `main` must
 * not exit before.
 */
export async function run(
  context: CommandContext,
  { queue, count, browse = false, follow = false, timeout }: InputOf<typeof consume>,
): Promise<void> {
  const { io } = context;
  checkQueueName(queue);
  if (count === 0) throw usageError('usage', '--count 0 takes nothing', 'Give 1 or more.');
  if (browse && follow) {
    throw usageError(
      'usage',
      '--browse and -f cannot be given together',
      'A broker tells who browses what there is, and then that this was all.',
    );
  }
  const output = outputOf(io, queue, follow);
  const { result, error } = await withCluster(context, (cluster) =>
    consumeMessages(cluster, {
      queue,
      count,
      timeoutMs: follow ? undefined : timeout,
      browse,
      // On one terminal, progress and messages would get in each other's way.
      progress: !io.stdout.isTTY,
      take: (message) => output.message(message),
    }),
  );
  await output.end(result);
  if (error) throw error;
}

interface Output {
  /** @returns whether it could be written */
  message(message: Received): Promise<boolean>;
  end(result: ConsumeResult): Promise<unknown>;
}

function outputOf(io: Io, queue: string, follow: boolean): Output {
  if (!io.json) return new LineOutput(io);
  return follow ? new JsonLineOutput(io) : new JsonOutput(io, queue);
}

/** Bodies, one a line, exact but for a terminal; how many there were goes to stderr, since stdout is theirs. */
class LineOutput implements Output {
  readonly #io: Io;

  constructor(io: Io) {
    this.#io = io;
  }

  message({ body }: Received): Promise<boolean> {
    const line = typeof body === 'string' ? `${body}\n` : Buffer.concat([body, LF]);
    return this.#io.stdout.quote(line);
  }

  end(): Promise<unknown> {
    return Promise.resolve();
  }
}

const LF = Buffer.from('\n');

/** What a message is in JSON; bytes that are no text are in base64. */
function documentOf({ body, id, broker, redelivered }: Received) {
  const text = typeof body === 'string';
  return {
    id: id ?? null,
    body: text ? body : null,
    ...(text ? {} : { base64: body.toString('base64') }),
    redelivered,
    broker,
  };
}

/** A document a message, one a line. */
class JsonLineOutput implements Output {
  readonly #io: Io;

  constructor(io: Io) {
    this.#io = io;
  }

  message(message: Received): Promise<boolean> {
    return this.#io.stdout.json(`${JSON.stringify(documentOf(message))}\n`);
  }

  end(): Promise<unknown> {
    return Promise.resolve();
  }
}

/** One document, written as the messages come: each is acknowledged after it stands there. */
class JsonOutput implements Output {
  readonly #io: Io;
  readonly #queue: string;
  #begun = false;

  constructor(io: Io, queue: string) {
    this.#io = io;
    this.#queue = queue;
  }

  message(message: Received): Promise<boolean> {
    return this.#write(`${this.#lead(',')}\n    ${JSON.stringify(documentOf(message))}`);
  }

  end({ count, brokers, ms }: ConsumeResult): Promise<unknown> {
    const rest = JSON.stringify({ count, brokers, ms }, null, 2).slice(1);
    return this.#write(`${this.#lead('')}${count === 0 ? '' : '\n  '}],${rest}\n`);
  }

  #lead(next: string): string {
    if (this.#begun) return next;
    this.#begun = true;
    return `{\n  "queue": ${JSON.stringify(this.#queue)},\n  "messages": [`;
  }

  #write(text: string): Promise<boolean> {
    return this.#io.stdout.json(text);
  }
}
