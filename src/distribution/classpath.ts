import { basename, join } from 'node:path';
import { DISTRIBUTION_DIRECTORY, type PinnedArtifact } from './artifacts.js';
import { OF_THE_PAGES, UNUSED_ARTIFACTS } from './unused-jars.js';

/** Places inside a distribution's directory, beside the pristine one. */
export const JAVA_JAR = 'mqha-java.jar';
export const GUARD_JAR = 'guard/guard.jar';
export const ADDED = 'lib';

/** The directories of the distribution whose jars a broker gets; not `camel` and `extra`. */
const DISTRIBUTION_LIBS = ['lib', 'lib/optional', 'lib/web'];

/** What ZooKeeper logs through. */
const LOGGING = new Set(['slf4j-api', 'slf4j-reload4j', 'reload4j']);

export interface ClassPaths {
  readonly broker: readonly string[];
  /** Of a broker that serves the pages of its web console. */
  readonly brokerWithPages: readonly string[];
  readonly zookeeper: readonly string[];
}

/**
 * The class paths of a distribution, from its manifest: a jar that somebody put there by hand is
 * not on them.
 *
 * The order decides: the guarded class comes before the store's own; ZooKeeper, which needs a
 * current version, before whatever else could bring an old one. Jars of the distribution that an
 * added one replaces are left out altogether, and so are those that nothing uses.
 * @param root the distribution's directory
 * @param files its files, relative to `root`
 * @returns absolute paths; every jar once
 */
export function classPaths(
  root: string,
  files: readonly string[],
  pinned: readonly PinnedArtifact[],
): ClassPaths {
  const libraries = pinned.filter((item) => item.role !== 'distribution');
  const replaced = new Set(libraries.map((item) => item.replaces ?? item.artifact));
  const present = new Set(files);
  const added = (items: readonly PinnedArtifact[]): string[] =>
    items.map(({ file }) => `${ADDED}/${file}`).sort();

  const distribution = DISTRIBUTION_LIBS.flatMap((directory) =>
    jarsIn(files, `${DISTRIBUTION_DIRECTORY}/${directory}/`),
  ).filter((file) => !replaced.has(artifactOf(file)) && !UNUSED_ARTIFACTS.has(artifactOf(file)));

  const absolute = (paths: readonly string[]): string[] => paths.map((path) => join(root, path));
  const brokerWith = (jars: readonly string[]): string[] =>
    absolute([
      ...(present.has(GUARD_JAR) ? [GUARD_JAR] : []),
      JAVA_JAR,
      ...added(libraries.filter((item) => jars === distribution || !isOfThePages(item))),
      ...jars,
    ]);
  return {
    broker: brokerWith(distribution.filter((file) => !OF_THE_PAGES.has(artifactOf(file)))),
    brokerWithPages: brokerWith(distribution),
    zookeeper: absolute([
      JAVA_JAR,
      ...added(libraries.filter((item) => item.role === 'shared')),
      ...distribution.filter((file) => LOGGING.has(artifactOf(file))),
    ]),
  };
}

const isOfThePages = ({ replaces, artifact }: PinnedArtifact): boolean =>
  OF_THE_PAGES.has(replaces ?? artifact);

/** The jars that stand directly in a directory, sorted by name in a way no locale changes. */
function jarsIn(files: readonly string[], prefix: string): string[] {
  return files
    .filter((file) => file.startsWith(prefix) && file.endsWith('.jar'))
    .filter((file) => !file.slice(prefix.length).includes('/'))
    .sort();
}

/** `lib/optional/snappy-java-1.1.2.jar` is of the artifact `snappy-java`. */
export function artifactOf(file: string): string {
  return basename(file).replace(/-\d.*$/, '');
}
