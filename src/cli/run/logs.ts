import { join } from 'node:path';
import { systemCode, usageError } from '../../lib/errors.js';
import { fileError, openFile } from '../../lib/files.js';
import { answer } from '../output/io.js';
import { visible } from '../../lib/visible.js';
import { followLines, tailOf, type Tail } from '../../agents/local/log.js';
import { ZOOKEEPER } from '../../config/processes.js';
import type { logs } from '../commands/logs.js';
import type { InputOf } from '../definition.js';
import { linesSince, reachesBack } from '../log-since.js';
import { withCluster, type CommandContext } from './context.js';

const DEFAULT_LINES = 50;

/** Of the end of each log. */
const MOST_BYTES = 16 * 1024 * 1024;

/** As many older files of a log are kept (log4j.properties). */
const ROTATED = 5;

interface LogFile {
  readonly name: string;
  readonly file: string;
}

/** `mqha logs [node or zookeeper]` */
export async function run(
  context: CommandContext,
  { node: name, ...input }: InputOf<typeof logs>,
): Promise<void> {
  const files = await withCluster(context, (cluster) => {
    const { config, layout } = cluster;
    const all = config.nodes.map((node): LogFile => {
      return { name: node.name, file: join(layout.node(node.name).log, 'activemq.log') };
    });
    if (config.zookeeper.managed) {
      all.push({ name: ZOOKEEPER, file: join(layout.zookeeper.log, 'zookeeper.log') });
    }
    const chosen = all.filter((log) => name === undefined || log.name === name);
    if (chosen.length === 0) {
      throw usageError(
        'unknown-node',
        `there is no log of "${name ?? ''}"`,
        `There are ${all.map((log) => log.name).join(', ')}.`,
      );
    }
    return Promise.resolve(chosen);
  });
  await Promise.all(files.map(({ file }) => refuseOther(file)));
  const found = await Promise.all(
    files.map(async (log) => ({ ...log, tail: await tailSince(log.file, input.since) })),
  );
  if (input.follow === true) {
    const named = found.length > 1;
    await Promise.all(
      found.map(({ tail, ...log }) =>
        follow(context, { ...log, named }, chosenOf(tail.lines, input), tail.mark),
      ),
    );
    return;
  }
  const shown = found.map(({ tail: { lines, rest }, ...log }) => ({
    ...log,
    lines: chosenOf(rest === '' ? lines : [...lines, rest], input),
  }));
  if (context.io.json) {
    answer(context.io, { logs: shown }, () => '');
    return;
  }
  const text = shown
    .map(({ file, lines }) =>
      shown.length === 1 ? lines.join('\n') : [`==> ${visible(file)} <==`, ...lines, ''].join('\n'),
    )
    .join('\n');
  if (text !== '') await context.io.stdout.quote(`${text}\n`);
}

/** A log that is absent is empty; what else cannot be read is told. @throws MqhaError `not-a-file`, `no-permission` */
async function refuseOther(path: string): Promise<void> {
  try {
    await (await openFile(path)).close();
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw fileError(error, path);
  }
}

/** The end of a log, with what was rotated away where a moment before it is asked for. */
async function tailSince(file: string, since: Date | undefined): Promise<Tail> {
  const tail = await tailOf(file, MOST_BYTES);
  let { lines } = tail;
  for (let number = 1; since && number <= ROTATED; number++) {
    if (reachesBack(lines, since)) break;
    lines = [...(await tailOf(`${file}.${number}`, MOST_BYTES)).lines, ...lines];
  }
  return { ...tail, lines };
}

/** The lines that were asked for. */
function chosenOf(
  lines: readonly string[],
  { lines: count, since }: Pick<InputOf<typeof logs>, 'lines' | 'since'>,
): readonly string[] {
  const late = since ? linesSince(lines, since) : lines;
  const most = count ?? (since ? Infinity : DEFAULT_LINES);
  return most === 0 ? [] : late.slice(-most);
}

async function follow(
  { io, signal }: CommandContext,
  { named, ...log }: LogFile & { readonly named: boolean },
  before: readonly string[],
  mark: number,
): Promise<void> {
  const print = (line: string) =>
    io.json
      ? io.stdout.json(`${JSON.stringify({ ...log, line })}\n`)
      : io.stdout.quote(`${named ? `${log.name} | ` : ''}${line}\n`);
  for (const line of before) void print(line);
  for await (const line of followLines(log.file, signal, mark)) void print(line);
}
