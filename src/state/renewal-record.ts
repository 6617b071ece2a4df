import * as z from 'zod/mini';
import type { Layout } from '../config/layout.js';
import { defineStateFile } from '../lib/state-file.js';
import type { Host } from './cluster.js';
import { BEGUN, beginning, OperationRecord, type Begun } from './operations-log.js';

/** A renewal of certificates that has not ended: what was made since then is new. */
export interface Renewal extends Begun {
  /** ISO time. */
  readonly began: string;
}

/** A damaged record: all certificates are renewed once more. */
const RENEWAL = defineStateFile<Renewal>({
  name: 'renewal.json',
  schema: z.looseObject({ ...BEGUN, began: z.iso.datetime() }),
  damage: { policy: 'ignore' },
});

const recordOf = (layout: Layout) => new OperationRecord(RENEWAL.in(layout.state));

/** The renewal that has not ended, if there is one. */
export function readRenewal(layout: Layout): Promise<Renewal | undefined> {
  return recordOf(layout).load();
}

/** When the renewal began that has not ended; one begins now where there is none. */
export async function beginRenewal(
  layout: Layout,
  host: Pick<Host, 'now' | 'command'>,
): Promise<{ readonly began: Date; readonly resumed: boolean }> {
  const known = await readRenewal(layout);
  if (known) return { began: new Date(known.began), resumed: true };
  const begun = beginning(host);
  await recordOf(layout).note(begun);
  return { began: new Date(begun.began), resumed: false };
}

/** Everything runs with the new certificates. */
export function endRenewal(layout: Layout): Promise<void> {
  return recordOf(layout).end();
}
