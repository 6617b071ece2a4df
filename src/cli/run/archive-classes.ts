import { archiveClasses } from '../../operations/start/class-data.js';
import { withCluster, type CommandContext } from './context.js';

/** `mqha archive-classes`, which `up` leaves in the background after a first start. */
export async function run(context: CommandContext): Promise<void> {
  await withCluster(context, archiveClasses);
}
