import { archiveClasses } from '../cluster/archives.js';
import { withCluster, type CommandContext } from './context.js';

/** `mqha archive-classes`, which `up` leaves in the background after a first start. */
export async function archiveClassesCommand(context: CommandContext): Promise<void> {
  await withCluster(context, archiveClasses);
}
