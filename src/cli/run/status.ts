import { coloursOf } from '../output/colours.js';
import { statusOf } from '../../observe/status-of.js';
import { answer } from '../output/io.js';
import { statusText } from '../output/status-table.js';
import { withCluster, type CommandContext } from './context.js';

/** `mqha status` */
export async function run(context: CommandContext): Promise<void> {
  const { io } = context;
  answer(io, await withCluster(context, statusOf), (value) =>
    statusText(value, coloursOf(io.stdout)),
  );
}
