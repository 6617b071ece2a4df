import type { Stopped } from '../../operations/stop.js';

/** What a stop answers, for people. */
export function stoppedText(stopped: readonly Stopped[]): string {
  return stopped.length === 0
    ? 'nothing was running'
    : `stopped ${stopped.map(({ name }) => name).join(', ')}`;
}
