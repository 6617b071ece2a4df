import { changesOfMaster } from '../../state/journal/history.js';
import { answer } from '../output/io.js';
import { historyText } from '../output/journal-text.js';
import type { CommandContext } from './context.js';
import { journalOf } from './events.js';
import { sinceOf } from './since.js';

export interface HistoryFlags {
  readonly since?: string;
}

/** `mqha history` */
export async function history(context: CommandContext, flags: HistoryFlags): Promise<void> {
  const since = sinceOf(flags.since)?.getTime() ?? -Infinity;
  const all = changesOfMaster(await journalOf(context).read());
  // An outage that is still open belongs to every period that reaches until now.
  const changes = all.filter(({ at, to }) => to === null || Date.parse(at) >= since);
  answer(context.io, { changes }, (value) => historyText(value.changes));
}
