import { createInterface } from 'node:readline/promises';
import type { Io } from './io.js';
import { indented } from '../../lib/visible.js';

/**
 * Asks on the terminal, on stderr.
 * @returns what was typed
 * @throws an `AbortError` at Ctrl-C, at Ctrl-D, and when the signal is aborted
 */
export async function ask(io: Io, question: string, signal: AbortSignal): Promise<string> {
  const prompt = createInterface({ input: io.stdin, output: io.stderr.stream });
  try {
    return await prompt.question(`${indented(question)} [y/N] `, { signal });
  } finally {
    prompt.close();
  }
}
