import { durableSubscriptions, removeSubscription } from '../../clients/management/destinations.js';
import { SUBSCRIBER } from './payload.js';
import { consoleOf, look, type DrillContext } from '../drill-context.js';

const ASK_MS = 5000;

/**
 * Removes the durable subscriptions of drills: one that nobody reads keeps the store's logs for ever.
 * What cannot be removed now, the next drill removes.
 */
export async function forgetSubscriptions(context: Pick<DrillContext, 'calm'>): Promise<void> {
  const { name } = context.calm.config;
  const console = consoleOf(context.calm, await look(context));
  if (!console) return;
  try {
    for (const subscription of await durableSubscriptions(console, name, ASK_MS)) {
      if (!subscription.clientId.startsWith(SUBSCRIBER)) continue;
      await removeSubscription(console, name, subscription, ASK_MS);
    }
  } catch {
    // A subscription whose client is on its way out cannot be removed, nor can one without a master.
  }
}
