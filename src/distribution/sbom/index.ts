import { basename, relative } from 'node:path';
import { packageVersion } from '../../lib/package.js';
import { PINNED, type PinnedArtifact } from '../artifacts.js';
import { artifactOf, GUARD_JAR, JAVA_JAR } from '../classpath.js';
import type { Distribution } from '../install.js';
import type { JavaRuntime } from '../java.js';
import { bomOf, type Bom, type RunJar, type Runs } from './bom.js';
import { readJar, type Coordinates, type JarFacts } from './jar.js';
import { licencesOfGroup } from './licences.js';

export type { Bom } from './bom.js';

const OURS = 'dev.mqha';

/** The groups of the distribution's jars that have no pom in them. */
const GROUPS: Readonly<Record<string, string>> = {
  'apache-el': 'org.mortbay.jasper',
  asm: 'org.ow2.asm',
  ecj: 'org.eclipse.jdt',
  jdom2: 'org.jdom',
  'org.linkedin.util-core': 'org.linkedin',
  'org.linkedin.zookeeper-impl': 'org.linkedin',
  'scala-library': 'org.scala-lang',
  'spring-aop': 'org.springframework',
  'spring-beans': 'org.springframework',
  'spring-context': 'org.springframework',
  'spring-core': 'org.springframework',
  'spring-expression': 'org.springframework',
  'spring-web': 'org.springframework',
  'spring-webmvc': 'org.springframework',
  'tomcat-servlet-api': 'org.apache.tomcat',
  xpp3: 'xpp3',
};

/**
 * The bill of materials of what brokers and the managed ZooKeeper run from a distribution: each jar of a class path, the
 * patches, and the Java. Nothing is fetched.
 * @param env of which `SOURCE_DATE_EPOCH` dates it; it has no date otherwise
 * @throws Error where a jar cannot be read
 */
export async function billOfMaterials(
  distribution: Distribution,
  java: Pick<JavaRuntime, 'version' | 'vendor'>,
  env: NodeJS.ProcessEnv,
  pinned: readonly PinnedArtifact[] = PINNED,
): Promise<Bom> {
  const paths: Readonly<Record<Runs, ReadonlySet<string>>> = {
    broker: new Set(distribution.classPath()),
    console: new Set(distribution.classPath(true)),
    zookeeper: new Set(distribution.zookeeperClassPath()),
  };
  const jars: RunJar[] = [];
  for (const path of paths.console) {
    const facts = await readJar(path);
    const runs = (['broker', 'console', 'zookeeper'] as const).filter((one) =>
      paths[one].has(path),
    );
    const place = relative(distribution.root, path);
    const coordinates = coordinatesOf(facts, place, pinned);
    jars.push({
      ...facts,
      coordinates,
      licences: facts.licences.length > 0 ? facts.licences : licencesOfGroup(coordinates?.group),
      bundled: facts.bundled.filter(({ group }) => group !== OURS),
      runs,
      isGuard: place === GUARD_JAR,
    });
  }
  const archive = pinned.find(({ role }) => role === 'distribution');
  if (archive === undefined) throw new Error('no distribution among the pinned artifacts');
  return bomOf({
    jars,
    distribution: archive,
    guard: distribution.guard,
    java,
    mqha: packageVersion(),
    timestamp: dateOf(env),
  });
}

/** What a jar is: as Maven wrote into it, as it is pinned, or by its file's name. */
function coordinatesOf(
  { coordinates, file }: JarFacts,
  place: string,
  pinned: readonly PinnedArtifact[],
): Coordinates | undefined {
  if (place === JAVA_JAR) {
    return { group: OURS, artifact: 'mqha-java', version: packageVersion() };
  }
  const known = pinned.find((item) => item.file === file);
  if (known) return known;
  if (coordinates) return coordinates;
  const artifact = artifactOf(file);
  const group = GROUPS[artifact];
  const version = basename(file, '.jar').slice(artifact.length + 1);
  return group === undefined ? undefined : { group, artifact, version };
}

/** `SOURCE_DATE_EPOCH`, in seconds, as builds that can be repeated have it. */
function dateOf({ SOURCE_DATE_EPOCH: seconds = '' }: NodeJS.ProcessEnv): string | undefined {
  return /^\d{1,11}$/.test(seconds) ? new Date(Number(seconds) * 1000).toISOString() : undefined;
}
