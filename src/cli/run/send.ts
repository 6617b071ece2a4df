import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { linesOf, numbered, repeated, textOrBytes, type Body } from '../../clients/amqp/payload.js';
import { checkQueueName } from '../../clients/queue-name.js';
import { sendMessages, type SendResult } from '../../messages/send.js';
import { tooLarge } from '../../messages/too-large.js';
import type { MessageSettings } from '../../clients/amqp/sender.js';
import { largestBody } from '../../config/limits.js';
import { messageOf, usageError } from '../../lib/errors.js';
import { answer } from '../output/io.js';
import { formatDuration } from '../../lib/time.js';
import type { send } from '../commands/send.js';
import type { InputOf } from '../definition.js';
import { withCluster, type CommandContext } from './context.js';
import { counted } from '../../lib/counted.js';

type Input = InputOf<typeof send>;

interface Source {
  readonly bodies: Iterable<Body> | AsyncIterable<Body>;
  readonly total: number | undefined;
}

/** `mqha send <queue> [body]` */
export async function run(context: CommandContext, input: Input): Promise<void> {
  const { queue, rate, clients } = input;
  checkQueueName(queue);
  const source = sourceOf(input);
  const { result, error } = await withCluster(context, async (cluster) =>
    sendMessages(cluster, {
      ...{ queue, rate, clients },
      settings: settingsOf(input),
      timeoutMs: input.timeout,
      ...(await source(context, largestBody(cluster.config))),
    }),
  );
  if (result) answer(context.io, result, sendText);
  if (error) throw error;
}

/** Beside the largest body a frame has room for twice this (config/limits.ts). */
const MOST_SETTINGS_BYTES = 32 * 1024;

/** @throws MqhaError `usage` */
function settingsOf(input: Input): MessageSettings {
  const { property = [], priority, ttl, correlationId, messageGroup } = input;
  const words = [...property.flat(), correlationId ?? '', messageGroup ?? ''];
  const bytes = words.reduce((sum, word) => sum + Buffer.byteLength(word), 0);
  if (bytes > MOST_SETTINGS_BYTES) {
    throw usageError(
      'usage',
      `the properties and ids of a message have ${bytes} bytes, ${MOST_SETTINGS_BYTES} at most`,
      'Put what is large into the body.',
    );
  }
  return {
    ...(property.length > 0 && { properties: Object.fromEntries(property) }),
    ...(priority !== undefined && { priority }),
    ...(ttl !== undefined && { ttlMs: ttl }),
    ...(correlationId !== undefined && { correlationId }),
    ...(messageGroup !== undefined && { group: messageGroup }),
  };
}

type Open = (context: CommandContext, largest: number) => Promise<Source> | Source;

/**
 * Where the bodies come from; nothing is read yet.
 * @throws MqhaError `usage`
 */
function sourceOf(input: Input): Open {
  const { body, file, stdin, size, count = 1 } = input;
  const given = [
    ...(body === undefined ? [] : ['a body']),
    ...(file === undefined ? [] : ['--file']),
    ...(stdin === true ? ['--stdin'] : []),
    ...(size === undefined ? [] : ['--size']),
  ];
  if (given.length !== 1) {
    throw usageError(
      'usage',
      given.length === 0
        ? 'nothing to send was given'
        : `${given.join(' and ')} cannot be given together`,
      'Give one of: a body, --file <path>, --stdin (one message a line), --size <bytes>.',
    );
  }
  if (count === 0) throw usageError('usage', '--count 0 sends nothing', 'Give 1 or more.');
  if (stdin === true) {
    if (input.count !== undefined) {
      throw usageError(
        'usage',
        '--count cannot be given with --stdin',
        'Each line of stdin is sent once.',
      );
    }
    return ({ io }, largest) => ({ bodies: linesOf(io.stdin, largest), total: undefined });
  }
  if (size !== undefined) {
    const digits = String(count).length;
    if (size < digits) {
      throw usageError(
        'usage',
        `--size ${size} has no room for the number of a message`,
        `Give ${digits} or more for ${count} messages.`,
      );
    }
    return (_context, largest) => {
      if (size > largest) throw tooLarge('--size', size, largest);
      return { bodies: numbered(count, size), total: count };
    };
  }
  return async ({ cwd }, largest) => ({
    bodies: repeated(
      file === undefined ? (body ?? '') : await bodyOfFile(resolve(cwd, file), largest),
      count,
    ),
    total: count,
  });
}

/** @throws MqhaError `usage`, `message-too-large` */
async function bodyOfFile(path: string, largest: number): Promise<Body> {
  try {
    // Not read before it is known that it can be sent.
    const found = await stat(path);
    // A pipe without a writer would be waited for without end.
    if (!found.isFile()) {
      throw usageError('usage', `--file cannot be read: ${path} is no plain file`, 'Give a file.');
    }
    const { size } = found;
    if (size > largest) throw tooLarge(path, size, largest);
    return textOrBytes(await readFile(path));
  } catch (error) {
    if (!(error instanceof Error) || !('syscall' in error)) throw error;
    throw usageError('usage', `--file cannot be read: ${messageOf(error)}`, 'Give a file.');
  }
}

function sendText({ queue, acknowledged, sentAgain, brokers, ms }: SendResult): string {
  const by = brokers.length === 0 ? '' : ` (acknowledged by ${brokers.join(', then ')})`;
  const again = sentAgain === 0 ? '' : `, ${sentAgain} sent again after a failover`;
  return `sent ${counted(acknowledged, 'message')} to ${queue}${by}${again}, in ${formatDuration(ms)}`;
}
