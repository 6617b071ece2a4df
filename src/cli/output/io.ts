import { randomUUID } from 'node:crypto';
import { visibleJson, visibleLines, visibleValue } from '../../lib/visible.js';

/** The streams of a command: results go to stdout, everything else to stderr. */
export interface Io {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly stdin: NodeJS.ReadStream;
  readonly env: NodeJS.ProcessEnv;
  readonly json: boolean;
}

/**
 * Stands for the escape character of a colour of ours until it is written. No text from elsewhere can hold it: it is new in
 * each process, and is told to nobody.
 */
export const MARK = randomUUID();
const MARKED = new RegExp(`${MARK}(?=\\[\\d+m)`, 'g');
export const ESCAPE = '\u001b';

/** Whether a stream takes colour and movement: a terminal, outside CI, without NO_COLOR. */
function isFancy(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): boolean {
  const off = (name: string) => (env[name] ?? '') !== '';
  // A terminal without a width (of `script` in the background) has no room to move in.
  const hasRoom = stream.isTTY && stream.columns > 0;
  return hasRoom && !off('NO_COLOR') && !off('CI') && env.TERM !== 'dumb';
}

/** The one way to stdout and stderr: what is not ours to say reaches no terminal as a command. */
export class Output {
  /** For what moves the cursor itself (spinner, question), inside this folder alone. */
  readonly stream: NodeJS.WriteStream;
  readonly isFancy: boolean;

  constructor(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv) {
    this.stream = stream;
    this.isFancy = isFancy(stream, env);
  }

  get isTTY(): boolean {
    return this.stream.isTTY;
  }

  /**
   * Writes text, as it is but for control characters: line ends, tabs and our own colours pass, all else is made visible.
   * @returns whether it arrived: the reader of a pipe may have gone
   */
  print(text: string): Promise<boolean> {
    return this.#write(visibleLines(text).replace(MARKED, ESCAPE));
  }

  /** Writes JSON, or a part of it. @returns as print() */
  json(text: string): Promise<boolean> {
    return this.#write(visibleJson(text));
  }

  /** Writes what belongs to others, a log or a message: to a terminal as print(), else exact. @returns as print() */
  quote(data: string | Buffer): Promise<boolean> {
    if (!this.isTTY) return this.#write(data);
    return this.#write(visibleLines(typeof data === 'string' ? data : data.toString('utf8')));
  }

  #write(data: string | Buffer): Promise<boolean> {
    return new Promise((resolve) => {
      this.stream.write(data, (error) => {
        resolve(!error);
      });
    });
  }
}

/**
 * Prints a command's answer: one JSON document, or the text made from the same value.
 * @param text is given a copy in which each string is on one line and visible; what it adds may be of several lines
 */
export function answer<T>(io: Io, value: T, text: (value: T) => string): void {
  if (io.json) {
    void io.stdout.json(`${JSON.stringify(value, null, 2)}\n`);
    return;
  }
  const output = text(visibleValue(value));
  if (output !== '') void io.stdout.print(`${output}\n`);
}
