import { coloursOf } from '../output/colours.js';
import { formatDuration } from '../../lib/time.js';
import type { StartResult } from '../../operations/start/start.js';
import { statusText } from '../output/status-table.js';
import type { CommandContext } from './context.js';

/** What a start answers, for people. */
export function startText(context: CommandContext, { readyMs, status }: StartResult): string {
  const { io } = context;
  const first =
    readyMs === 0 ? 'everything was running already' : `ready in ${formatDuration(readyMs)}`;
  return `${first}\n${statusText(status, coloursOf(io.stdout))}`;
}
