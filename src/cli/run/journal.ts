import { layoutAt } from '../../state/identity.js';
import { Journal } from '../../state/journal/journal.js';
import { clusterDirectory, type CommandContext } from './context.js';

/** The journal of the cluster that the command means; a wrong `mqha.yaml` does not hide it. */
export function journalOf(context: CommandContext): Journal {
  return new Journal(layoutAt(clusterDirectory(context)).state);
}
