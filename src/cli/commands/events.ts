import { layoutAt } from '../../state/identity.js';
import type { Entry } from '../../state/journal/entries.js';
import { Journal } from '../../state/journal/journal.js';
import { answer } from '../output/io.js';
import { entryText } from '../output/journal-text.js';
import { clusterDirectory, type CommandContext } from './context.js';
import { sinceOf } from './since.js';

const LINES = 50;

export interface EventsFlags {
  readonly follow?: boolean;
  readonly since?: string;
  readonly lines?: number;
}

/** `mqha events` */
export async function events(context: CommandContext, flags: EventsFlags): Promise<void> {
  const { io, signal } = context;
  const since = sinceOf(flags.since);
  const journal = journalOf(context);
  const { entries, end } = await journal.snapshot();
  const chosen = choose(entries, since, flags.lines ?? (since ? undefined : LINES));
  if (flags.follow !== true) {
    answer(io, { events: chosen }, (value) => value.events.map(entryText).join('\n'));
    return;
  }
  const print = (entry: Entry) => {
    io.stdout.write(`${io.json ? JSON.stringify(entry) : entryText(entry)}\n`);
  };
  chosen.forEach(print);
  for await (const entry of journal.follow(signal, end)) print(entry);
}

/** The journal of the cluster that the command means; a wrong `mqha.yaml` does not hide it. */
export function journalOf(context: CommandContext): Journal {
  return new Journal(layoutAt(clusterDirectory(context)).state);
}

function choose(
  entries: readonly Entry[],
  since: Date | undefined,
  lines: number | undefined,
): Entry[] {
  const from = since?.getTime() ?? -Infinity;
  const recent = entries.filter((entry) => Date.parse(entry.at) >= from);
  return lines === undefined ? recent : recent.slice(Math.max(0, recent.length - lines));
}
