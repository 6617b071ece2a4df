// What a bench was told on its command line.
import { parseArgs } from 'node:util';

export interface BenchArguments {
  readonly count: number;
  readonly values: Readonly<Record<string, string | undefined>>;
  /** Whether `--tls` was given, where that is a word of the bench. */
  readonly tls: boolean;
}

/**
 * Reads the command line, or ends with 2 where its words make no sense.
 * @param usage printed then
 * @param allowed the number that may stand there, by default this; the flags, each with a value; and whether `--tls` may
 */
export function readOptions(
  usage: string,
  {
    count,
    flags = [],
    tls = false,
  }: { readonly count: number; readonly flags?: readonly string[]; readonly tls?: boolean },
): BenchArguments {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: Object.fromEntries([
        ...flags.map((flag) => [flag, { type: 'string' as const }]),
        ...(tls ? [['tls', { type: 'boolean' as const }]] : []),
      ]) as Record<string, { type: 'string' | 'boolean' }>,
    });
    const [number = String(count)] = positionals;
    if (positionals.length > 1 || !(Number(number) > 0))
      throw new Error('a number above 0, or none');
    const { tls: isSecured, ...given } = values;
    return {
      count: Number(number),
      values: given as Record<string, string | undefined>,
      tls: isSecured === true,
    };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\nusage: ${usage}`);
    process.exit(2);
  }
}
