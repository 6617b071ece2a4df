// What a bench was told on its command line.
import { parseArgs } from 'node:util';

export interface BenchArguments {
  readonly count: number;
  readonly values: Readonly<Record<string, string | undefined>>;
}

/**
 * Reads the command line, or ends with 2 where its words make no sense.
 * @param usage printed then
 * @param allowed the number that may stand there, by default this; and the flags, each with a value
 */
export function readOptions(
  usage: string,
  { count, flags = [] }: { readonly count: number; readonly flags?: readonly string[] },
): BenchArguments {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: Object.fromEntries(flags.map((flag) => [flag, { type: 'string' as const }])),
    });
    const [number = String(count)] = positionals;
    if (positionals.length > 1 || !(Number(number) > 0))
      throw new Error('a number above 0, or none');
    return { count: Number(number), values };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\nusage: ${usage}`);
    process.exit(2);
  }
}
