import type { KillCode } from './kill-codes.js';

export type { KillCode };

/**
 * What is recorded, by type, with the fields of each. A new kind is a line here and one in
 * output/journal-text.ts. A field is never renamed or removed: older lines are read for ever.
 * `node` is also `zookeeper`, where the process is the managed one.
 */
interface Kinds {
  'supervisor-started': { pid: number; version: string; takenOver: readonly string[] };
  'supervisor-stopped': { pid: number; reason: string };
  /** Which nodes somebody wants up or down from now on, and the command that said so. */
  wanted: { nodes: readonly string[]; state: 'up' | 'down'; command: string };
  /** `began`: when the process did, which may be long before it was seen; ISO time. */
  'process-started': { node: string; pid: number; began?: string };
  /**
   * `code`: why a broker ended itself, as it recorded it (dev.mqha.patches.common.End), and `exitCode` with it; `last`:
   * the end of its log, where nothing else says of what it died.
   */
  'process-ended': {
    node: string;
    pid: number;
    wanted: 'up' | 'down';
    how?: string;
    code?: string;
    exitCode?: number;
    last?: readonly string[];
  };
  'process-killed': { node: string; pid: number; code: KillCode; reason: string };
  /** A dead process's znode, removed before its session would have expired. */
  'znode-removed': { node: string; znode: string; session: string };
  'restart-planned': { node: string; attempt: number; delayMs: number };
  'restart-failed': { node: string; attempt: number; reason: string };
  /** `reason`: why it is not tried again, where that is not only how often it died. */
  'gave-up': { node: string; deaths: number; withinMs: number; reason?: string };
  /** A damaged store lies in `kept` from now on, and its node begins with an empty one. */
  'store-set-aside': { node: string; kept: string; why: string };
  /** More logs vanished at once than a quorum bears. */
  'copies-lost': { nodes: readonly string[] };
  'master-elected': { master: string };
  /** Nobody is served any more; `master` is who served until then, null where that is not known. */
  'master-lost': { master: string | null; reason: string };
  /** A master lets clients in; `outageMs` is how long nobody did, null where that is not known. */
  'master-serving': {
    master: string;
    from: string | null;
    reason: string;
    outageMs: number | null;
  };
  /** A master has all the connections that it may, and lets no other client in. */
  'connections-full': { node: string };
  /** It lets clients in again. */
  'connections-free': { node: string; afterMs: number };
  'zookeeper-lost': { reason: string };
  'zookeeper-back': { outageMs: number };
  'config-problem': { reason: string };
  /** Something kept the supervisor from looking; it goes on trying. */
  'supervisor-problem': { reason: string };
  /** A change of the number of nodes. */
  scale: { from: number; to: number; phase: 'begun' | 'continued' | 'halted' | 'done' };
  switchover: {
    from: string;
    to: string | null;
    outcome: 'done' | 'missed' | 'refused';
    reason?: string;
  };
}

export type EntryType = keyof Kinds;

/** Whoever writes an entry. */
export type EntrySource = 'supervisor' | 'command';

/** Every kind of entry, or the named ones. `at` is an ISO time. */
export type Entry<T extends EntryType = EntryType> = {
  [K in T]: { readonly at: string; readonly source: EntrySource; readonly type: K } & Readonly<
    Kinds[K]
  >;
}[T];

/** An entry as it is given to the journal, which adds the time. */
export type NewEntry<T extends EntryType = EntryType> = {
  [K in T]: { readonly source: EntrySource; readonly type: K } & Readonly<Kinds[K]>;
}[T];

/**
 * One line of the journal; undefined where it is broken. Only what everybody relies on is checked,
 * a type and a time: an entry of a type that this version does not know is given as it is.
 */
export function parseEntry(line: string): Entry | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { at, type } = value as { readonly at?: unknown; readonly type?: unknown };
  if (typeof type !== 'string' || typeof at !== 'string') return undefined;
  return Number.isNaN(Date.parse(at)) ? undefined : (value as Entry);
}
