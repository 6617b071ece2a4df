import * as z from 'zod/mini';

const at = z.number();
const actor = z.string();
const body = z.string();
const unit = z.number();
const reason = z.optional(z.string());
const units = ['committed', 'undecided', 'abandoned'] as const;

const event = z.discriminatedUnion('event', [
  z.object({ event: z.literal('ready'), at }),
  z.object({ event: z.literal('listening'), at, actor }),
  z.object({ event: z.literal('sending'), at, actor, body }),
  z.object({ event: z.literal('acknowledged'), at, actor, body }),
  z.object({ event: z.literal('began'), at, actor, unit, bodies: z.array(body) }),
  z.object({ event: z.enum(units), at, actor, unit, reason }),
  z.object({ event: z.literal('received'), at, actor, body, redelivered: z.boolean() }),
  /** Whether the broker has answered the acknowledgement of what this client received last. */
  z.object({
    event: z.literal('settled'),
    at,
    actor,
    body,
    acknowledged: z.enum(['yes', 'no', 'unknown']),
  }),
  z.object({ event: z.literal('removed'), at, actor }),
  z.object({ event: z.literal('trouble'), at, actor, reason }),
  z.object({ event: z.literal('ended'), at, actor }),
  z.object({ event: z.literal('refused'), at, reason }),
]);

/** What a JMS client tells; `at` is in milliseconds since its program began, of a clock that never jumps. */
export type JmsEvent = z.infer<typeof event>;

/** Events of one kind. */
export type JmsEventOf<K extends JmsEvent['event']> = Extract<JmsEvent, { event: K }>;

/** One line of the program's stdout; undefined where it is none of ours (a JVM says things of its own). */
export function parseEvent(line: string): JmsEvent | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const parsed = event.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** The events of a kind, of one client or of all. */
export function eventsOf<K extends JmsEvent['event']>(
  events: readonly JmsEvent[],
  kind: K,
  of?: string,
): JmsEventOf<K>[] {
  return events.filter(
    (each): each is JmsEventOf<K> =>
      each.event === kind && (of === undefined || ('actor' in each && each.actor === of)),
  );
}
