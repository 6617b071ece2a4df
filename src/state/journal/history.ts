import type { Entry } from './entries.js';

/** One change of master, or an outage that is not over. */
export interface MasterChange {
  /** When the new master let clients in; of an open outage, when it began. */
  readonly at: string;
  /** The master before; null where there was none or it is not known. */
  readonly from: string | null;
  /** The new master; null while nobody is served. */
  readonly to: string | null;
  readonly reason: string;
  /** How long nobody was served; null where that is not known, or not over. */
  readonly outageMs: number | null;
}

/** The changes of master in the order of the entries; an outage that is still open is the last one. */
export function changesOfMaster(entries: readonly Entry[]): MasterChange[] {
  const changes: MasterChange[] = [];
  let lost: Entry<'master-lost'> | undefined;
  for (const entry of entries) {
    // Of several losses in a row the first began the outage; the others never served.
    if (entry.type === 'master-lost') lost ??= entry;
    if (entry.type !== 'master-serving') continue;
    lost = undefined;
    const { at, from, master, reason, outageMs } = entry;
    changes.push({ at, from, to: master, reason, outageMs });
  }
  if (lost) {
    const { at, master, reason } = lost;
    changes.push({ at, from: master, to: null, reason, outageMs: null });
  }
  return changes;
}

/** What was said last of copies that are lost, unless the supervisor that said it has ended in order since: then a person has stopped it. */
export function copiesLostIn(entries: readonly Entry[]): Entry<'copies-lost'> | undefined {
  const last = entries.findLast(
    ({ type }) => type === 'copies-lost' || type === 'supervisor-stopped',
  );
  return last?.type === 'copies-lost' ? last : undefined;
}
