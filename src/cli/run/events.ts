import type { Entry } from '../../state/journal/entries.js';
import { answer } from '../output/io.js';
import { entryText } from '../output/journal-text.js';
import { DEFAULT_LINES, type events } from '../commands/events.js';
import type { InputOf } from '../definition.js';
import type { CommandContext } from './context.js';
import { journalOf } from './journal.js';

/** `mqha events` */
export async function run(
  context: CommandContext,
  { follow = false, since, lines }: InputOf<typeof events>,
): Promise<void> {
  const { io, signal } = context;
  const journal = journalOf(context);
  const { entries, end } = await journal.snapshot();
  const chosen = choose(entries, since, lines ?? (since ? undefined : DEFAULT_LINES));
  if (!follow) {
    answer(io, { events: chosen }, (value) => value.events.map(entryText).join('\n'));
    return;
  }
  const print = (entry: Entry) => {
    if (io.json) void io.stdout.json(`${JSON.stringify(entry)}\n`);
    else void io.stdout.print(`${entryText(entry)}\n`);
  };
  chosen.forEach(print);
  for await (const entry of journal.follow(signal, end)) print(entry);
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
