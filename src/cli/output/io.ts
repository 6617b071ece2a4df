import { Chalk, type ChalkInstance } from 'chalk';

/** The streams of a command: results go to stdout, everything else to stderr. */
export interface Io {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly stdin: NodeJS.ReadStream;
  readonly env: NodeJS.ProcessEnv;
  readonly json: boolean;
}

/** Whether a stream takes colour and movement: a terminal, outside CI, without NO_COLOR. */
export function isFancy(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): boolean {
  const off = (name: string) => (env[name] ?? '') !== '';
  // A terminal without a width (of `script` in the background) has no room to move in.
  const hasRoom = stream.isTTY && stream.columns > 0;
  return hasRoom && !off('NO_COLOR') && !off('CI') && env.TERM !== 'dumb';
}

/** Colours for one stream; none where it is not fancy. */
export function colours(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): ChalkInstance {
  return new Chalk({ level: isFancy(stream, env) ? 1 : 0 });
}

/** Prints a command's answer: one JSON document, or the text made from the same value. */
export function answer<T>(io: Io, value: T, text: (value: T) => string): void {
  const output = io.json ? JSON.stringify(value, null, 2) : text(value);
  if (output !== '') io.stdout.write(`${output}\n`);
}

/** Writes to a stream. @returns whether it arrived: the reader of a pipe may have gone */
export function written(stream: NodeJS.WriteStream, data: string | Buffer): Promise<boolean> {
  return new Promise((resolve) => {
    stream.write(data, (error) => {
      resolve(!error);
    });
  });
}
