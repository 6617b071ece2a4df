import * as z from 'zod/mini';
import type { Layout } from '../config/layout.js';
import { defineStateFile } from '../lib/state-file.js';

const state = z.object({
  pid: z.number(),
  /** ISO time. */
  since: z.string(),
  /** Whether it knows the cluster's password at ZooKeeper; one of an earlier mqha does not. */
  authenticates: z.optional(z.boolean()),
  /** Who serves, as the supervisor sees it. */
  serving: z.nullable(z.string()),
  /** When more copies of the messages were lost at once than a quorum bears, and whose. */
  copiesLost: z.optional(z.object({ at: z.string(), nodes: z.array(z.string()) })),
  /** Who has died often within the last two minutes: how often, within which time, and of what at last. */
  dying: z.optional(
    z.record(
      z.string(),
      z.object({ deaths: z.number(), withinMs: z.number(), reason: z.nullable(z.string()) }),
    ),
  ),
  processes: z.record(
    z.string(),
    z.object({
      wanted: z.enum(['up', 'down']),
      does: z.enum(['nothing', 'waiting', 'starting', 'given-up']),
      /** What is wrong with it while it lives, if anything is. */
      fault: z.nullable(z.string()),
      /** Why it does not run, where it is wanted: of its last end, or of its last start. */
      reason: z.optional(z.string()),
    }),
  ),
});

/** What a supervisor wants, sees and does, for `mqha status`. */
export type SupervisorState = z.infer<typeof state>;

/** A supervisor writes it again with its next look. */
const STATE = defineStateFile({
  name: 'supervisor/state.json',
  schema: state,
  damage: { policy: 'ignore' },
});

/** The state that a supervisor wrote last; undefined where there is none. */
export async function readSupervisorState(layout: Layout): Promise<SupervisorState | undefined> {
  const read = await STATE.in(layout.state).read();
  return read.state === 'read' ? read.value : undefined;
}

/** Writes the state. @throws MqhaError `disk-full`, `no-permission` */
export async function writeSupervisorState(layout: Layout, value: SupervisorState): Promise<void> {
  await STATE.in(layout.state).write(value);
}
