import type { PinnedArtifact } from '../../src/distribution/artifacts.js';
import type { Held } from './held.js';

/** What is to be said of one pinned artifact. */
export interface Verdict {
  readonly artifact: string;
  readonly version: string;
  /** Undefined where there is none. */
  readonly newer: string | undefined;
  /** Undefined where nothing holds it. */
  readonly why: string | undefined;
  /** What somebody has to decide; undefined where all is well. */
  readonly problem: string | undefined;
}

type Pin = Pick<PinnedArtifact, 'group' | 'artifact' | 'version'>;

/** The newer version of each artifact that has one, as the versions plugin of Maven prints it, by `group:artifact`. */
export function newerIn(output: string): Map<string, string> {
  // A long line goes on in the next one.
  const lines = output.replace(/\.\.\.\s*\n\s+/g, '... ').split('\n');
  return new Map(
    lines.flatMap((line) => {
      const match = /(\S+:\S+) \.+\s+\S+ -> (\S+)/.exec(line);
      return match?.[1] !== undefined && match[2] !== undefined ? [[match[1], match[2]]] : [];
    }),
  );
}

/** Whether each artifact is the newest, or says why not; and whether each reason is needed. */
export function judge(
  pins: readonly Pin[],
  newer: ReadonlyMap<string, string>,
  held: readonly Held[],
): { readonly verdicts: readonly Verdict[]; readonly idle: readonly Held[] } {
  const needed = new Set<Held>();
  const verdicts = pins.map(({ group, artifact, version }): Verdict => {
    const name = `${group}:${artifact}`;
    const found = newer.get(name);
    const reason = held.find(({ of }) => of === name || of === group);
    if (found !== undefined && reason) needed.add(reason);
    const { until } = reason ?? {};
    const problem =
      found === undefined
        ? undefined
        : !reason
          ? `${found} is there: pin it, or say why not in scripts/pins/held.ts`
          : until !== undefined && isNewer(found, until)
            ? `${found} is there, and the reason not to pin it is about ${until}`
            : undefined;
    return { artifact: name, version, newer: found, why: reason?.why, problem };
  });
  return { verdicts, idle: held.filter((one) => !needed.has(one)) };
}

/** Compares versions number by number. */
function isNewer(version: string, than: string): boolean {
  const numbers = (text: string) => text.split(/[^0-9]+/).map(Number);
  const [one, other] = [numbers(version), numbers(than)];
  for (let place = 0; place < Math.max(one.length, other.length); place++) {
    const difference = (one[place] ?? 0) - (other[place] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return false;
}
