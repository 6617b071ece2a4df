// What a bench was told on its command line.
import { parseArgs } from 'node:util';

/**
 * @param {string} usage printed where the words make no sense
 * @param {{ count?: number, flags?: readonly string[] }} allowed the number that may stand there, by
 *   default this; and the flags, each with a value
 * @returns {{ count: number, values: Record<string, string | undefined> }}
 */
export function readOptions(usage, { count = 0, flags = [] }) {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: Object.fromEntries(flags.map((flag) => [flag, { type: 'string' }])),
    });
    const [number = String(count)] = positionals;
    if (positionals.length > 1 || !(Number(number) > 0))
      throw new Error('a number above 0, or none');
    return { count: Number(number), values };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\nusage: ${usage}`);
    process.exit(2);
  }
}
