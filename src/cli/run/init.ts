import { relative, resolve } from 'node:path';
import { initCluster, type InitResult } from '../../operations/init.js';
import { usageError } from '../../lib/errors.js';
import { answer } from '../output/io.js';
import { plainTable } from '../output/status-table.js';
import type { init } from '../commands/init.js';
import type { InputOf } from '../definition.js';
import { withHost, type CommandContext } from './context.js';

/** `mqha init [dir]` */
export async function run(
  context: CommandContext,
  { directory, host, auth, ...rest }: InputOf<typeof init>,
): Promise<void> {
  const hosts = host?.split(',').map((name) => name.trim());
  if (hosts && hosts.length !== 1 && hosts.length !== rest.nodes) {
    throw usageError(
      'usage',
      `--host names ${hosts.length} hosts for ${rest.nodes} nodes`,
      'Name one host for all nodes, or one for each.',
    );
  }
  if (rest.zookeeper !== undefined && rest.zookeeperPort !== undefined) {
    throw usageError(
      'usage',
      '--zookeeper and --zookeeper-port exclude each other',
      '--zookeeper names an ensemble that exists; --zookeeper-port is the port of a managed one.',
    );
  }
  const target = resolve(context.cwd, directory ?? context.cluster ?? '.');
  const made = await withHost(context, (machine) =>
    initCluster(target, { ...rest, ...(hosts ? { hosts } : {}), authentication: auth }, machine),
  );
  const { config } = made.cluster;
  const value = {
    directory: target,
    cluster: config.name,
    nodes: config.nodes,
    written: made.written,
  };
  answer(context.io, value, () => text(made, relative(context.cwd, target)));
}

function text({ cluster: { config, layout } }: InitResult, from: string): string {
  const change = from === '' ? '' : `cd ${from.startsWith('..') ? layout.directory : from}, then `;
  return [
    `made cluster ${config.name} in ${layout.directory}`,
    '',
    plainTable(
      ['NODE', 'WEB', 'MESSAGES', 'REPLICATION'],
      config.nodes.map((node) => [
        node.name,
        `${node.host}:${node.webPort}`,
        `${node.host}:${node.messagePort}`,
        `${node.replicationHost}:${node.replicationPort}`,
      ]),
    ),
    '',
    `next: ${change}mqha up`,
  ].join('\n');
}
