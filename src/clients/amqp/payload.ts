/** A message's body: a text, or bytes that are none. */
export type Body = string | Buffer;

/** Text where bytes are UTF-8; else the bytes. */
export function textOrBytes(bytes: Buffer): Body {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return bytes;
  }
}

/** One body again and again. */
export function* repeated(body: Body, count: number): Generator<Body> {
  for (let number = 0; number < count; number++) yield body;
}

/** Bodies of a size, each of which begins with its number: `1 xxxx`, `2 xxxx`, … */
export function* numbered(count: number, size: number): Generator<Body> {
  for (let number = 1; number <= count; number++)
    yield `${number} `.padEnd(size, 'x').slice(0, size);
}

/**
 * The lines of a stream as they come, without their ends; a last one without an end counts too.
 * @param most a line that is longer is given as far as it has come, and ends what is read: nobody can send it
 */
export async function* linesOf(
  stream: AsyncIterable<Buffer | string>,
  most: number,
): AsyncGenerator<Body> {
  // A line can come in many pieces, which are put together once.
  let begun: Buffer[] = [];
  let bytesBegun = 0;
  const finished = (last: Buffer): Body => {
    const line = Buffer.concat([...begun, last]);
    begun = [];
    bytesBegun = 0;
    return textOrBytes(line.at(-1) === CR ? line.subarray(0, -1) : line);
  };
  for await (const piece of stream) {
    const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
    let from = 0;
    for (let end; (end = bytes.indexOf(LF, from)) !== -1; from = end + 1) {
      yield finished(bytes.subarray(from, end));
    }
    if (from < bytes.length) begun.push(bytes.subarray(from));
    bytesBegun += bytes.length - from;
    if (bytesBegun > most + 1) break;
  }
  if (begun.length > 0) yield finished(Buffer.alloc(0));
}

const LF = 10;
const CR = 13;
