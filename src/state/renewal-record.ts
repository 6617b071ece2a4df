import * as z from 'zod/mini';
import type { Layout } from '../config/layout.js';
import { defineStateFile } from '../lib/state-file.js';
import type { Host } from './cluster.js';

/** A renewal of certificates that has not ended: what was made since then is new. */
interface Renewal {
  /** ISO time. */
  readonly began: string;
}

/** A damaged record: all certificates are renewed once more. */
const RENEWAL = defineStateFile<Renewal>({
  name: 'renewal.json',
  schema: z.looseObject({ began: z.iso.datetime() }),
  damage: { policy: 'ignore' },
});

/** When the renewal began that has not ended; one begins now where there is none. */
export async function beginRenewal(
  layout: Layout,
  { now }: Pick<Host, 'now'>,
): Promise<{ readonly began: Date; readonly resumed: boolean }> {
  const file = RENEWAL.in(layout.state);
  const known = await file.load();
  if (known) return { began: new Date(known.began), resumed: true };
  const began = now();
  await file.write({ began: began.toISOString() });
  return { began, resumed: false };
}

/** Everything runs with the new certificates. */
export function endRenewal(layout: Layout): Promise<void> {
  return RENEWAL.in(layout.state).remove();
}
