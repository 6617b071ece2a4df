import { changesOfMaster } from '../../state/journal/history.js';
import { answer } from '../output/io.js';
import { historyText } from '../output/journal-text.js';
import type { history } from '../commands/history.js';
import type { InputOf } from '../definition.js';
import type { CommandContext } from './context.js';
import { journalOf } from './journal.js';

/** `mqha history` */
export async function run(context: CommandContext, input: InputOf<typeof history>): Promise<void> {
  const since = input.since?.getTime() ?? -Infinity;
  const all = changesOfMaster(await journalOf(context).read());
  // An outage that is still open belongs to every period that reaches until now.
  const changes = all.filter(({ at, to }) => to === null || Date.parse(at) >= since);
  answer(context.io, { changes }, (value) => historyText(value.changes));
}
