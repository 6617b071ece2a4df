import { throwIfInterrupted } from '../../state/cluster.js';
import type { ClusterStatus } from '../../observe/status.js';
import { Deadline, sleep } from '../../lib/time.js';
import { isDrillQueue } from '../workloads/payload.js';
import { usageOf, isHealthy, refused, refuseUnhealthy } from './consent.js';
import { discard } from '../analysis/drain.js';
import { depthOf, look, type DrillContext } from '../drill-context.js';
import { recoverAll } from '../recover.js';
import { forgetSubscriptions } from '../workloads/subscriptions.js';

/** A look at a busy machine may miss something; the cluster has so long to look well. */
const HEALTHY_MS = 5000;
const DISCARD_MS = 60_000;

/** Tells the user what comes before the rounds, and between them. */
export function step({ calm }: DrillContext, text: string): void {
  calm.host.emit({ type: 'drill-step', text });
}

/** Undoes what a drill has left that was killed. */
export async function recoverEarlier(context: DrillContext): Promise<void> {
  if (context.record.isEmpty) return;
  step(context, 'recovering from an interrupted drill');
  const done = await recoverAll(context, context.options.limitMs);
  const message = `an earlier drill was interrupted; ${done.length === 0 ? 'nothing was left of it' : done.join(', ')}`;
  context.calm.host.emit({ type: 'warning', message });
}

/** The cluster as it is once it looks well. @throws MqhaError `drill-refused` where it does not */
export async function healthy(context: DrillContext): Promise<ClusterStatus> {
  const deadline = Deadline.in(HEALTHY_MS);
  for (;;) {
    throwIfInterrupted(context.cluster.host, 'nothing was done yet');
    const status = await look(context);
    if (isHealthy(status)) return status;
    if (deadline.passed || status.state === 'stopped') refuseUnhealthy(status);
    await sleep(300, context.cluster.host.signal);
  }
}

/**
 * Empties the queues of drills, and removes their durable subscriptions.
 * @throws MqhaError `drill-refused` where one of them holds what no drill has sent
 */
export async function discardEarlier(context: DrillContext, status: ClusterStatus): Promise<void> {
  await forgetSubscriptions(context);
  const { queues } = await usageOf(context.cluster, status);
  const full = queues.filter(({ name, messages }) => isDrillQueue(name) && messages > 0);
  for (const { name: queue } of full) {
    const left = await discard(queue, {
      client: context.client,
      depth: () => depthOf(context, queue),
      limitMs: DISCARD_MS,
    });
    if (left.strange !== undefined) {
      throw refused(
        `the queue ${queue} holds a message that no drill has sent: ${JSON.stringify(left.strange.slice(0, 40))}`,
        'That queue is for drills only; take the message away.',
      );
    }
    context.undeliverable.set(queue, left.undeliverable);
    if (left.discarded > 0) {
      step(context, `discarded ${left.discarded} messages of an earlier drill from ${queue}`);
    }
  }
}
