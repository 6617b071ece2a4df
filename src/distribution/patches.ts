import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** In a distribution's directory, written last: a directory without it is not a distribution. */
export const MANIFEST = 'manifest.json';

/**
 * What is at stake without a patch: `messages`, acknowledged ones can be lost, damaged or out of reach; `delivery`, they come
 * late or twice; `outage`, a start can fail or nobody serves for a while; `memory`, clients can end a broker; `speed`.
 */
export type PatchRisk = 'messages' | 'delivery' | 'outage' | 'memory' | 'speed';

/** A cure of ActiveMQ that a distribution lacks; `java/src/main/java/dev/mqha/guard/Report.java` writes it. */
export interface MissingPatch {
  readonly patch: string;
  readonly risk: PatchRisk;
  /** What can happen without it: one sentence, beginning in lower case, without its full stop. */
  readonly without: string;
  /** `off`: by `MQHA_PATCHES_OFF`; `needs`: one that it needs is missing. */
  readonly reason: 'off' | 'unknown-class' | 'needs';
  /** Its classes that are not the known ones, with their SHA-256; `found` is null where there is none. */
  readonly classes: readonly {
    readonly class: string;
    readonly expected: string;
    readonly found: string | null;
  }[];
  /** The patches that it needs and that are missing, too. */
  readonly needs: readonly string[];
}

/** A part of what is missing that is told of as one. */
export interface PatchGroup {
  readonly severity: 'error' | 'warning';
  readonly off: boolean;
  readonly patches: readonly MissingPatch[];
}

const OFF = 'MQHA_PATCHES_OFF';

/** The patches that `MQHA_PATCHES_OFF` leaves out of the distribution, each once, sorted. */
export function patchesOff(env: NodeJS.ProcessEnv): readonly string[] {
  const names = (env[OFF] ?? '').split(',').map((name) => name.trim());
  return [...new Set(names)].filter((name) => name !== '').sort();
}

/** What is missing, an error apart from a warning, and what is off apart from what is not known. */
export function patchGroups(missing: readonly MissingPatch[]): readonly PatchGroup[] {
  const groups = [
    { severity: 'error', off: false },
    { severity: 'error', off: true },
    { severity: 'warning', off: false },
    { severity: 'warning', off: true },
  ] as const;
  const isOff = wasOff(missing);
  return groups
    .map((group) => ({
      ...group,
      patches: missing.filter(
        (one) =>
          isOff(one) === group.off && (one.risk === 'messages') === (group.severity === 'error'),
      ),
    }))
    .filter(({ patches }) => patches.length > 0);
}

/** Whether a patch is missing since somebody wanted it, or one that it needs, to be off. */
function wasOff(missing: readonly MissingPatch[]): (one: MissingPatch) => boolean {
  const byName = new Map(missing.map((one) => [one.patch, one]));
  const isOff = (one: MissingPatch): boolean =>
    one.reason === 'off' ||
    (one.reason === 'needs' &&
      one.needs.every((name) => {
        const needed = byName.get(name);
        return needed !== undefined && isOff(needed);
      }));
  return isOff;
}

/**
 * What brokers lack, in words.
 * @param who runs without it, as the subject of a sentence with its verb: `the brokers run`
 */
export function patchMessage(who: string, { severity, off, patches }: PatchGroup): string {
  const against = severity === 'error' ? ' against lost messages' : '';
  const why = off ? `, left out by ${OFF}` : '';
  const [first, ...more] = patches;
  if (first !== undefined && more.length === 0) {
    return `${who} without the patch ${first.patch}${against}${why}: ${first.without}`;
  }
  return [
    `${who} without ${patches.length} patches${against}${why}: ${patches.map(({ patch }) => patch).join(', ')}`,
    ...patches.map(({ patch, without }) => `  ${patch}: ${without}`),
  ].join('\n');
}

/** What to do about it. */
export function patchHint({ off, patches }: PatchGroup): string {
  if (off) {
    return `Start the brokers again without ${OFF}: \`mqha down\`, \`mqha up\`.`;
  }
  const [unknown] = patches.flatMap(({ classes }) => classes);
  const found =
    unknown === undefined
      ? ''
      : unknown.found === null
        ? `${unknown.class} is missing. `
        : `${unknown.class} has the SHA-256 ${unknown.found} instead of ${unknown.expected}. `;
  return `${found}\`mqha install --json\` names every class. Where the cache was changed by hand, remove its distributions/ and run \`mqha install\`.`;
}

const HOME = '-Dactivemq.home=';

/** By the distribution: what stands there does not change. */
const read = new Map<string, Promise<readonly MissingPatch[]>>();

/**
 * What a running broker lacks.
 * @param argv its command line, which names its distribution
 * @returns empty where its distribution does not tell, as one of an earlier mqha
 */
export function missingPatches(argv: readonly string[]): Promise<readonly MissingPatch[]> {
  const home = argv.find((word) => word.startsWith(HOME))?.slice(HOME.length);
  if (home === undefined) return Promise.resolve([]);
  const known = read.get(home) ?? readMissing(dirname(home));
  read.set(home, known);
  return known;
}

/** Without a schema, which would take longer to load than all else. */
async function readMissing(root: string): Promise<readonly MissingPatch[]> {
  try {
    const text = await readFile(join(root, MANIFEST), 'utf8');
    const { guard } = JSON.parse(text) as { guard?: { missing?: unknown } };
    return Array.isArray(guard?.missing) ? (guard.missing as readonly MissingPatch[]) : [];
  } catch {
    return [];
  }
}
