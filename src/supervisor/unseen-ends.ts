import type { Entry, NewEntry } from '../state/journal/entries.js';
import { changesOfMaster } from '../state/journal/history.js';

/** What there is as a supervisor begins. */
export interface Beginning {
  /** Who runs, with its pid. */
  readonly running: ReadonlyMap<string, number>;
  /** When the machine was started; undefined where it does not say. */
  readonly bootedAt: Date | undefined;
}

/**
 * What the journal does not tell since nobody was there to see it: processes that ended together with their supervisor, as
 * in a crash of everything, and the loss of the master with them. Who was stopped by a command is no such process.
 * @returns what to write, in this order
 */
export function unseenEnds(
  entries: readonly Entry[],
  { running, bootedAt }: Beginning,
): NewEntry[] {
  const left = lastStarted(entries);
  const dead = [...left].filter(([name, pid]) => running.get(name) !== pid);
  if (dead.length === 0) return [];
  const last = Date.parse(entries.at(-1)?.at ?? '');
  const reason =
    bootedAt && lastSeen(entries, last) < bootedAt.getTime()
      ? `the machine was restarted (at ${bootedAt.toISOString()})`
      : dead.length === left.size
        ? 'every process ended while no supervisor ran'
        : undefined;
  const of = (name: string) => reason ?? `${name} ended while no supervisor ran`;
  const master = changesOfMaster(entries).at(-1)?.to ?? null;
  return [
    ...dead.map(
      ([node, pid]) =>
        ({
          source: 'supervisor',
          type: 'process-ended',
          node,
          pid,
          wanted: 'up',
          how: of(node),
        }) as const,
    ),
    ...(dead.some(([name]) => name === master)
      ? [{ source: 'supervisor', type: 'master-lost', master, reason: of(master ?? '') } as const]
      : []),
  ];
}

/** When a supervisor last wrote something: what came after is of the commands that put things right again. */
function lastSeen(entries: readonly Entry[], otherwise: number): number {
  const seen = entries.findLast(({ source }) => source === 'supervisor');
  return seen ? Date.parse(seen.at) : otherwise;
}

/** The processes that were seen to start, and neither to end nor to be stopped by a command. */
function lastStarted(entries: readonly Entry[]): Map<string, number> {
  const started = new Map<string, number>();
  for (const entry of entries) {
    if (entry.type === 'process-started') started.set(entry.node, entry.pid);
    if (entry.type === 'process-ended') started.delete(entry.node);
    if (entry.type === 'wanted' && entry.state === 'down') {
      for (const name of entry.nodes) started.delete(name);
    }
  }
  return started;
}
