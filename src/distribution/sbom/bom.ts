import type { GuardResult } from '../guard.js';
import type { Coordinates, JarFacts } from './jar.js';
import type { Licence } from './licences.js';

/** On which class paths a jar stands. */
export type Runs = 'broker' | 'console' | 'zookeeper';

/** A jar that is run. */
export interface RunJar extends JarFacts {
  readonly runs: readonly Runs[];
  /** Its coordinates, also where it does not say them itself. */
  readonly coordinates: Coordinates | undefined;
  /** The rewritten classes of ActiveMQ, which stand before the original ones. */
  readonly isGuard: boolean;
}

/** What a bill of materials is made of. */
export interface Materials {
  /** In the order of the class path. */
  readonly jars: readonly RunJar[];
  readonly distribution: Coordinates & { readonly sha512: string };
  readonly guard: GuardResult;
  readonly java: { readonly version: string; readonly vendor: string };
  /** The version of mqha. */
  readonly mqha: string;
  /** ISO time; undefined where nobody has given one. */
  readonly timestamp: string | undefined;
}

/** A component of CycloneDX 1.6, as far as it is written here. */
export interface Component {
  readonly type: 'application' | 'library' | 'platform';
  readonly 'bom-ref'?: string;
  readonly publisher?: string;
  readonly group?: string;
  readonly name: string;
  readonly version: string;
  readonly hashes?: readonly { readonly alg: 'SHA-256' | 'SHA-512'; readonly content: string }[];
  readonly licenses?: readonly { readonly license: Licence }[];
  readonly purl?: string;
  readonly pedigree?: {
    readonly ancestors: readonly Component[];
    readonly patches: readonly {
      readonly type: 'unofficial';
      readonly resolves: readonly { readonly type: 'defect'; readonly id: string }[];
    }[];
  };
  readonly components?: readonly Component[];
  readonly properties?: readonly { readonly name: string; readonly value: string }[];
}

/** A bill of materials: CycloneDX 1.6. */
export interface Bom {
  readonly $schema: string;
  readonly bomFormat: 'CycloneDX';
  readonly specVersion: '1.6';
  readonly version: 1;
  readonly metadata: {
    readonly timestamp?: string;
    readonly tools: { readonly components: readonly Component[] };
    readonly component: Component;
  };
  readonly components: readonly Component[];
  readonly dependencies: readonly {
    readonly ref: string;
    readonly dependsOn?: readonly string[];
  }[];
}

const OURS = 'dev.mqha';
const APACHE = [{ license: { id: 'Apache-2.0' } }];

/** The same materials give the same text. It has no serial number, which would be a new one each time. */
export function bomOf(materials: Materials): Bom {
  const { jars, distribution, java, mqha, timestamp } = materials;
  const root = `${purlOf(distribution)}?classifier=bin&type=tar.gz`;
  const components = jars.map((jar) => (jar.isGuard ? guardOf(jar, materials) : jarOf(jar, mqha)));
  const platform: Component = {
    type: 'platform',
    'bom-ref': 'java',
    publisher: java.vendor,
    name: 'java',
    version: java.version,
  };
  const all = [...components, platform];
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      ...(timestamp === undefined ? {} : { timestamp }),
      tools: {
        components: [{ type: 'application', name: 'mqha', version: mqha, licenses: APACHE }],
      },
      component: {
        type: 'application',
        'bom-ref': root,
        group: distribution.group,
        name: distribution.artifact,
        version: distribution.version,
        hashes: [{ alg: 'SHA-512', content: distribution.sha512 }],
        licenses: APACHE,
        purl: root,
      },
    },
    components: all,
    dependencies: [{ ref: root, dependsOn: all.map((one) => one['bom-ref'] ?? '') }],
  };
}

function jarOf(jar: RunJar, mqha: string): Component {
  const { coordinates, file, runs } = jar;
  const ref = coordinates ? purlOf(coordinates) : `file:${file}`;
  const isOurs = coordinates?.group === OURS;
  return {
    type: 'library',
    'bom-ref': ref,
    ...(coordinates ? { group: coordinates.group } : {}),
    name: coordinates?.artifact ?? file,
    version: isOurs ? mqha : (coordinates?.version ?? ''),
    hashes: hashesOf(jar),
    ...(jar.licences.length === 0
      ? {}
      : { licenses: jar.licences.map((license) => ({ license: clean(license) })) }),
    // What is mqha's own is in no repository.
    ...(coordinates && !isOurs ? { purl: ref } : {}),
    ...(jar.bundled.length === 0
      ? {}
      : { components: jar.bundled.map((inner) => bundledOf(inner, ref)) }),
    properties: propertiesOf(runs),
  };
}

/** The rewritten classes: of which jars they were, and what they cure. */
function guardOf(jar: RunJar, { jars, guard, mqha }: Materials): Component {
  const originals = new Set<RunJar>();
  for (const name of jar.classes) {
    const original = jars.find((other) => other !== jar && other.classes.includes(name));
    if (original) originals.add(original);
  }
  return {
    type: 'library',
    'bom-ref': 'mqha-guard',
    group: OURS,
    name: 'guard',
    version: mqha,
    hashes: hashesOf(jar),
    licenses: APACHE,
    pedigree: {
      ancestors: jars.flatMap(({ coordinates, ...other }) =>
        coordinates && [...originals].some(({ file }) => file === other.file)
          ? [
              {
                type: 'library' as const,
                group: coordinates.group,
                name: coordinates.artifact,
                version: coordinates.version,
                purl: purlOf(coordinates),
              },
            ]
          : [],
      ),
      patches: (guard.applied ?? []).map((id) => ({
        type: 'unofficial',
        resolves: [{ type: 'defect', id }],
      })),
    },
    properties: propertiesOf(jar.runs),
  };
}

function bundledOf(inner: Coordinates, outer: string): Component {
  const purl = purlOf(inner);
  return {
    type: 'library',
    'bom-ref': `${outer}#${inner.group}:${inner.artifact}`,
    group: inner.group,
    name: inner.artifact,
    version: inner.version,
    purl,
  };
}

const hashesOf = ({ sha256, sha512 }: JarFacts): NonNullable<Component['hashes']> => [
  { alg: 'SHA-256', content: sha256 },
  { alg: 'SHA-512', content: sha512 },
];

const propertiesOf = (runs: readonly Runs[]) =>
  runs.map((value) => ({ name: 'mqha:class-path', value }));

/** Without keys that have no value. */
const clean = ({ id, name, url }: Licence): Licence =>
  id !== undefined ? { id } : { name: name ?? url ?? '', ...(url === undefined ? {} : { url }) };

/** The package URL of a Maven artifact. */
function purlOf({ group, artifact, version }: Coordinates): string {
  return `pkg:maven/${[group, artifact].map(encodeURIComponent).join('/')}@${encodeURIComponent(version)}`;
}
