import { dial, type Endpoint } from '../../src/lib/dial.js';

/** A frame of the replication: what follows it is not part of it. */
export interface Frame {
  readonly action: string;
  readonly body: string;
}

/** Takes frames of the replication apart: a line, a text and a zero each. */
export class Frames {
  #rest = '';

  /** @returns the frames that are whole with these bytes */
  add(bytes: Buffer): Frame[] {
    const parts = (this.#rest + bytes.toString('latin1')).split('\0');
    this.#rest = parts.pop() ?? '';
    return parts.map((text) => {
      const [action = '', ...body] = text.split('\n');
      return { action: action.endsWith(':login') ? 'login' : action, body: body.join('\n') };
    });
  }
}

/** The first frame of a slave. */
export const login = (token: string) =>
  `LevelDB Store Replication v1:login\n${JSON.stringify({ node_id: 'stranger', security_token: token })}\0`;

/** The frame that asks for a file. */
export const get = (file: string, offset = 0, length = 5) =>
  `get\n${JSON.stringify({ file, offset, length })}\0`;

/**
 * Sends frames to a replication port.
 * @returns what was answered until the master hung up, or for a while
 */
export async function exchange(port: Endpoint, frames: string, limitMs = 5000): Promise<string> {
  const socket = dial(port);
  let answer = '';
  socket.on('error', () => undefined).on('data', (bytes) => (answer += bytes.toString('latin1')));
  const ended = new Promise<void>((resolve) => {
    socket.once('close', () => {
      resolve();
    });
  });
  socket.write(frames, 'latin1');
  const limit = setTimeout(() => socket.destroy(), limitMs);
  await ended;
  clearTimeout(limit);
  return answer;
}
