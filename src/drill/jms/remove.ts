import { MqhaError } from '../../lib/errors.js';
import type { Deadline } from '../../lib/time.js';
import type { Cluster } from '../../state/cluster.js';
import { JmsClients, type Role } from './clients.js';
import { eventsOf } from './events.js';

/** A queue, or a durable subscription that has no consumer. */
export type Removal = Extract<Role, { role: 'remove' }>;

/**
 * Removes queues and durable subscriptions as an application would, with what is in them. The console's interface only
 * reads.
 * @throws MqhaError of JmsClients.begin(); `drill-failed` that says why one was not removed in time
 */
export async function removeAll(
  cluster: Cluster,
  removals: readonly Removal[],
  deadline: Deadline,
): Promise<void> {
  if (removals.length === 0) return;
  const clients = await JmsClients.begin(cluster, Math.max(1, deadline.remaining));
  try {
    const actors = removals.map((removal, index) => {
      const actor = `remover ${index + 1}`;
      clients.start(actor, removal);
      return actor;
    });
    const left = () =>
      actors.filter((actor) => eventsOf(clients.events, 'removed', actor).length === 0);
    if (await clients.until(() => left().length === 0, deadline, cluster.host.signal)) return;
    const index = actors.findIndex((actor) => left().includes(actor));
    const removal = removals[index];
    const what = removal && ('queue' in removal ? removal.queue : removal.subscription);
    const trouble = eventsOf(clients.events, 'trouble').at(-1)?.reason;
    throw new MqhaError(
      'drill-failed',
      `${what ?? ''} was not removed: ${clients.failure ?? trouble ?? 'no broker answered in time'}`,
      { hint: 'See `mqha status`.' },
    );
  } finally {
    await clients.end();
  }
}
