import { coloursOf } from '../output/colours.js';
import { statusOf } from '../../observe/status-of.js';
import type { ClusterStatus } from '../../observe/status.js';
import { sleep } from '../../lib/time.js';
import type { status as definition } from '../commands/status.js';
import type { InputOf } from '../definition.js';
import { answer } from '../output/io.js';
import { clearScreen } from '../output/screen.js';
import { statusText } from '../output/status-table.js';
import { withCluster, type CommandContext } from './context.js';

/** From the end of a look to the next. */
const PAUSE_MS = 1000;

/** `mqha status` */
export async function run(
  context: CommandContext,
  { watch = false, output }: InputOf<typeof definition>,
): Promise<void> {
  const { io, signal } = context;
  const text = (value: ClusterStatus) => statusText(value, coloursOf(io.stdout), output === 'wide');
  do {
    // mqha.yaml may be another by now.
    const status = await withCluster(context, statusOf);
    if (watch && io.json) void io.stdout.json(`${JSON.stringify(status)}\n`);
    else {
      if (watch) clearScreen(io.stdout);
      answer(io, status, text);
    }
    if (watch) await sleep(PAUSE_MS, signal);
  } while (watch && !signal.aborted);
}
