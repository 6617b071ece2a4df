import { constants, setPriority } from 'node:os';
import { archiveClasses } from '../../operations/start/class-data.js';
import { withCluster, type CommandContext } from './context.js';

/** `mqha archive-classes`, which `up` leaves in the background after a first start: the least urgent process of the machine. */
export async function run(context: CommandContext): Promise<void> {
  setPriority(constants.priority.PRIORITY_LOW);
  await withCluster(context, archiveClasses);
}
