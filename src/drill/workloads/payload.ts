import { randomBytes } from 'node:crypto';

/**
 * The queue of every drill. One name for ever: no queue has to be deleted, and a drill's messages
 * are never among anybody else's.
 */
export const DRILL_QUEUE = 'mqha.drill';

/** A second one, for what must not be touched by what happens to other queues. */
export const KEPT_QUEUE = `${DRILL_QUEUE}.kept`;

/** A third one, whose messages count nowhere. */
export const BULK_QUEUE = `${DRILL_QUEUE}.bulk`;

/** A topic, for durable subscriptions, and what the ids of their clients begin with. */
export const DRILL_TOPIC = `${DRILL_QUEUE}.topic`;
export const SUBSCRIBER = `${DRILL_QUEUE}.`;

/** What all queues begin with that a drill uses. */
const OF_DRILLS = /^mqha\.drill(\.|$)/;

/** What makes a message long stands behind it. */
const BODY = /^[0-9a-f]{8}:\d+:\d+ *$/;

/** A name for one drill that no earlier one had. */
export function newRun(): string {
  return randomBytes(4).toString('hex');
}

/** The body of a message: `<run>:<client>:<number>`, each sent once. */
export function bodyOf(run: string, client: number, number: number | string): string {
  return `${run}:${client}:${number}`;
}

/** Whether a body is one that a drill has sent, this one or an earlier one. */
export function isDrillBody(body: string): boolean {
  return BODY.test(body);
}

/** The body without what makes its message long; that is not kept in memory for it. */
export function unpadded(text: string): string {
  const body = text.trimEnd();
  return body.length === text.length ? text : Buffer.from(body).toString();
}

/** Whether a queue belongs to drills. */
export function isDrillQueue(name: string): boolean {
  return OF_DRILLS.test(name);
}
