import { QueueSender } from '../../clients/amqp/sender.js';
import type { QueuedAttempt } from '../analysis/checker.js';
import { bodyOf } from '../workloads/payload.js';
import type { ScenarioContext } from './scenario-context.js';

/**
 * Sends numbered messages into a queue, as a client of its own beside the load.
 * @param options.padded makes a body longer, where that is wanted
 * @param options.onSent is told of each send that has reached a broker
 */
export async function sendTo(
  scenario: ScenarioContext,
  queue: string,
  count: number,
  options: {
    readonly padded?: (body: string) => string;
    readonly onSent?: (attempt: QueuedAttempt) => void;
  } = {},
): Promise<void> {
  const { padded = (body: string) => body, onSent } = options;
  const { drill } = scenario;
  const { signal } = drill.cluster.host;
  const sender = new QueueSender(queue, { ...drill.client, signal });
  const client = drill.numberClients(1);
  try {
    for (let number = 0; number < count; number++) {
      await scenario.pause(0);
      const body = bodyOf(drill.run, client, number);
      const { outcome, broker } = await sender.send(padded(body));
      if (broker === undefined) continue;
      onSent?.({ queue, body, acknowledged: outcome === 'acknowledged' });
    }
  } finally {
    await sender.close();
  }
}
