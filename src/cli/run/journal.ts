import { layoutAt } from '../../state/identity.js';
import { Journal } from '../../state/journal/journal.js';
import { refuseForeignCache } from '../../distribution/cache.js';
import { withAbsoluteCache } from '../../distribution/cache-root.js';
import { clusterDirectory, type CommandContext } from './context.js';

/** The journal of the cluster that the command means; a wrong `mqha.yaml` does not hide it. */
export function journalOf(context: CommandContext): Journal {
  refuseForeignCache(withAbsoluteCache(context.io.env, context.cwd));
  return new Journal(layoutAt(clusterDirectory(context)).state);
}
