import { durableSubscriptions } from '../../clients/management/destinations.js';
import { SUBSCRIBER } from './payload.js';
import { Deadline } from '../../lib/time.js';
import { removeAll } from '../jms/remove.js';
import { consoleOf, look, type DrillContext } from '../drill-context.js';

const ASK_MS = 5000;
const REMOVE_MS = 40_000;

/**
 * Removes the durable subscriptions of drills: one that nobody reads keeps the store's logs for ever.
 * What cannot be removed now, the next drill removes.
 */
export async function forgetSubscriptions(context: Pick<DrillContext, 'calm'>): Promise<void> {
  const jolokia = consoleOf(context.calm, await look(context));
  if (!jolokia) return;
  try {
    const found = await durableSubscriptions(jolokia, ASK_MS);
    const removals = found
      .filter(({ clientId }) => clientId.startsWith(SUBSCRIBER))
      .map(
        ({ clientId, name: subscription }) => ({ role: 'remove', clientId, subscription }) as const,
      );
    await removeAll(context.calm, removals, Deadline.in(REMOVE_MS));
  } catch {
    // A subscription whose client is on its way out cannot be removed, nor can one without a master.
  }
}
