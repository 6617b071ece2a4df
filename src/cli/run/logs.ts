import { join } from 'node:path';
import { systemCode, usageError } from '../../lib/errors.js';
import { fileError, openFile } from '../../lib/files.js';
import { answer } from '../output/io.js';
import { visible } from '../../lib/visible.js';
import { followLines, lastLines } from '../../agents/local/log.js';
import { ZOOKEEPER } from '../../config/processes.js';
import type { logs } from '../commands/logs.js';
import type { InputOf } from '../definition.js';
import { withCluster, type CommandContext } from './context.js';

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
  if (input.follow === true) {
    await Promise.all(files.map((log) => follow(context, log, files.length > 1)));
    return;
  }
  const found = await Promise.all(
    files.map(async (log) => ({ ...log, lines: await lastLines(log.file, input.lines) })),
  );
  if (context.io.json) {
    answer(context.io, { logs: found }, () => '');
    return;
  }
  const text = found
    .map(({ file, lines }) =>
      found.length === 1 ? lines.join('\n') : [`==> ${visible(file)} <==`, ...lines, ''].join('\n'),
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

async function follow(context: CommandContext, log: LogFile, named: boolean): Promise<void> {
  const { io, signal } = context;
  for await (const line of followLines(log.file, signal)) {
    if (io.json) void io.stdout.json(`${JSON.stringify({ ...log, line })}\n`);
    else void io.stdout.quote(`${named ? `${log.name} | ` : ''}${line}\n`);
  }
}
