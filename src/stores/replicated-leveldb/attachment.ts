import { join } from 'node:path';
import { markOf, sinceMark } from '../../agents/local/log.js';
import type { Attachment, AttachmentLog } from '../attachment.js';

const SAYS: readonly (readonly [RegExp, Attachment])[] = [
  [/\| Attached \|/, 'attached'],
  [/\| (Attaching to master|Attaching\.\.\.|Slave requested|Slave skipping)/, 'attaching'],
  [/\| (Unexpected session error|Slave stopped|Promoted to master|Demoted to slave)/, 'none'],
  [/\| Using Persistence Adapter/, 'none'],
];

/** The thread of dev.mqha.launch.Standby: what it logs is about another broker, of a rehearsal. */
const REHEARSAL = '| mqha standby';

/**
 * The state of a slave's attachment from lines of its log, the last that says something
 * (replicated/SlaveLevelDBStore.scala); undefined where none does.
 */
export function attachmentIn(lines: readonly string[]): Attachment | undefined {
  for (const line of lines.toReversed()) {
    if (line.endsWith(REHEARSAL)) continue;
    const found = SAYS.find(([pattern]) => pattern.test(line));
    if (found) return found[1];
  }
  return undefined;
}

/** Follows the attachment of one slave; its log is read only where it has grown. */
export class LogOfSlave implements AttachmentLog {
  readonly #file: string;
  readonly #markOf: () => Promise<number | undefined>;
  #mark: number | undefined;
  #size = -1;
  #state: Attachment | 'unknown' = 'unknown';

  /** @param markOf how long the log was when the process was launched, in bytes; undefined where that is not known (yet) */
  constructor(logDirectory: string, markOf: () => Promise<number | undefined>) {
    this.#file = join(logDirectory, 'activemq.log');
    this.#markOf = markOf;
  }

  /** @returns the state, and a number that changes with every line: no change is no progress */
  async look(): Promise<{ readonly state: Attachment | 'unknown'; readonly progress: number }> {
    await this.#findMark();
    const size = await markOf(this.#file);
    if (size !== this.#size) {
      const lines = (await sinceMark(this.#file, this.#mark ?? 0)).split('\n');
      this.#state = attachmentIn(lines) ?? this.#state;
      this.#size = size;
    }
    return { state: this.#state, progress: size };
  }

  /** A process may be seen before its launcher has written how long the log was. */
  async #findMark(): Promise<void> {
    if (this.#mark !== undefined) return;
    this.#mark = await this.#markOf().catch(() => undefined);
    if (this.#mark === undefined) return;
    // What stood there before is of an earlier process.
    this.#state = 'none';
    this.#size = -1;
  }
}
