import { queuesOf, type Queues } from '../../messages/queues.js';
import { answer } from '../output/io.js';
import { plainTable } from '../output/status-table.js';
import { withCluster, type CommandContext } from './context.js';

/** `mqha queues` */
export async function run(context: CommandContext): Promise<void> {
  answer(context.io, await withCluster(context, queuesOf), queuesText);
}

/** The table of queues. */
export function queuesText({ master, queues }: Queues): string {
  if (queues.length === 0) return `${master} has no queue`;
  const rows = queues.map(({ name, depth, consumers, in: put, out }) =>
    [name, depth, consumers, put, out].map(String),
  );
  const table = plainTable(['QUEUE', 'DEPTH', 'CONSUMERS', 'IN', 'OUT'], rows);
  return `${table}\n\nin and out are counted since ${master} is master`;
}
