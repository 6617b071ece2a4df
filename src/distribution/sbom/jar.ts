import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { fromBufferPromise, type Entry, type ZipFile } from 'yauzl';
import { parseStringPromise } from 'xml2js';
import { licencesIn, type Licence } from './licences.js';

/** The name of a Maven artifact. */
export interface Coordinates {
  readonly group: string;
  readonly artifact: string;
  readonly version: string;
}

/** What a jar says of itself. */
export interface JarFacts {
  /** The name of the file. */
  readonly file: string;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  readonly sha512: string;
  /** Of itself; undefined where it does not say. */
  readonly coordinates: Coordinates | undefined;
  /** Artifacts that were copied into it. */
  readonly bundled: readonly Coordinates[];
  /** As its own pom, its manifest or its licence file says; empty where none does. */
  readonly licences: readonly Licence[];
  /** The names of its classes, as entries of the jar. */
  readonly classes: readonly string[];
}

const MANIFEST = 'META-INF/MANIFEST.MF';
const PROPERTIES = /^META-INF\/maven\/[^/]+\/[^/]+\/pom\.properties$/;
const POM = /^META-INF\/maven\/[^/]+\/[^/]+\/pom\.xml$/;
const LICENCE = /^META-INF\/LICENSE(\.txt)?$/;

/** No such file of a library is longer; what says it is, is not read. */
const MAX_BYTES = 1024 * 1024;

/**
 * Reads a jar: its digests, and what Maven and the manifest say of it.
 * @throws Error where it is no jar
 */
export async function readJar(path: string): Promise<JarFacts> {
  const bytes = await readFile(path);
  const digest = (algorithm: string) => createHash(algorithm).update(bytes).digest('hex');
  const { texts, classes } = await entriesOf(bytes);
  const of = (pattern: RegExp) => [...texts].filter(([name]) => pattern.test(name));
  const all = of(PROPERTIES).flatMap(([, text]) => coordinatesIn(text) ?? []);
  const file = basename(path);
  const own = all.find(({ artifact, version }) => file.startsWith(`${artifact}-${version}`));
  const coordinates = own ?? (all.length === 1 ? all[0] : undefined);
  const pom = coordinates && texts.get(pomOf(coordinates));
  return {
    file,
    sha256: digest('sha256'),
    sha512: digest('sha512'),
    coordinates,
    bundled: all.filter((one) => one !== coordinates).sort(byName),
    licences: licencesIn({
      pom: pom === undefined ? [] : await pomLicences(pom),
      manifest: headerOf(texts.get(MANIFEST) ?? '', 'Bundle-License'),
      text: of(LICENCE)[0]?.[1],
    }),
    classes,
  };
}

async function entriesOf(
  bytes: Buffer,
): Promise<{ readonly texts: Map<string, string>; readonly classes: string[] }> {
  const zip = await fromBufferPromise(bytes, { lazyEntries: true });
  const texts = new Map<string, string>();
  const classes: string[] = [];
  for await (const entry of zip.eachEntry() as AsyncIterable<Entry>) {
    const { fileName, uncompressedSize } = entry;
    if (fileName.endsWith('.class')) classes.push(fileName);
    const isWanted = [PROPERTIES, POM, LICENCE].some((pattern) => pattern.test(fileName));
    if ((fileName === MANIFEST || isWanted) && uncompressedSize <= MAX_BYTES) {
      texts.set(fileName, await read(zip, entry));
    }
  }
  return { texts, classes };
}

async function read(zip: ZipFile, entry: Entry): Promise<string> {
  return textOf(await zip.openReadStreamPromise(entry));
}

function coordinatesIn(properties: string): Coordinates | undefined {
  const value = (key: string) =>
    new RegExp(`^${key}\\s*=\\s*(\\S+)\\s*$`, 'm').exec(properties)?.[1];
  const [group, artifact, version] = [value('groupId'), value('artifactId'), value('version')];
  if (group === undefined || artifact === undefined || version === undefined) return undefined;
  return { group, artifact, version };
}

const pomOf = ({ group, artifact }: Coordinates) => `META-INF/maven/${group}/${artifact}/pom.xml`;

const byName = (a: Coordinates, b: Coordinates) =>
  `${a.group}:${a.artifact}` < `${b.group}:${b.artifact}` ? -1 : 1;

/** What a pom says itself; what it has of its parent is not in the jar. */
async function pomLicences(pom: string): Promise<Licence[]> {
  interface Pom {
    project?: { licenses?: { license?: { name?: string[]; url?: string[] }[] }[] };
  }
  try {
    const { project } = (await parseStringPromise(pom)) as Pom;
    return (project?.licenses ?? []).flatMap(({ license = [] }) =>
      license.map(({ name, url }) => ({ name: name?.[0]?.trim(), url: url?.[0]?.trim() })),
    );
  } catch {
    return [];
  }
}

/** A header of a manifest, whose lines are broken after 72 bytes. */
function headerOf(manifest: string, name: string): string | undefined {
  const whole = manifest.replace(/\r\n/g, '\n').replace(/\n /g, '');
  return new RegExp(`^${name}: (.*)$`, 'm').exec(whole)?.[1];
}
