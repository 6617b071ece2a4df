import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { create } from 'tar';
import { MqhaError } from '../../../src/lib/errors.js';
import type { PinnedArtifact } from '../../../src/distribution/artifacts.js';
import type { InstallEvent } from '../../../src/distribution/events.js';
import type { MissingPatch } from '../../../src/distribution/patches.js';
import { ensureDistribution, type InstallOptions } from '../../../src/distribution/install.js';
import { temporaryDirectory } from '../../support/temp.js';

/** A directory that is gone after the test. */
export function temporary(): Promise<string> {
  return Promise.resolve(temporaryDirectory());
}

export async function script(path: string, body: string): Promise<void> {
  await writeFile(path, `#!/bin/sh\n${body}\n`);
  await chmod(path, 0o755);
}

/** Jars of the tiny distribution, below its `lib/`. */
const JARS = [
  'slf4j-api-1.7.36.jar',
  'activemq-broker-5.16.7.jar',
  'optional/activemq-leveldb-store-5.16.7.jar',
  'optional/zookeeper-3.4.14.jar',
  'optional/leveldbjni-1.8.jar',
  'optional/leveldb-0.9.jar',
  'optional/commons-io-2.11.0.jar',
  'optional/reload4j-1.2.24.jar',
  'optional/slf4j-reload4j-1.7.36.jar',
  'web/jetty-server-9.4.50.jar',
  'camel/camel-core-2.25.4.jar',
  'extra/mqtt-client-1.16.jar',
];

function pin(
  content: Buffer,
  artifact: string,
  version: string,
  more: Partial<PinnedArtifact> = {},
): PinnedArtifact {
  return {
    group: 'example.test',
    artifact,
    version,
    extension: 'jar',
    role: 'shared',
    file: `${artifact}-${version}.jar`,
    bytes: content.length,
    sha512: createHash('sha512').update(content).digest('hex'),
    ...more,
  };
}

/** What the guard says where nothing is missing. */
export const GUARDED =
  '{"guarded":true,"version":"5.16.7","applied":["queue-places","tls-names"],"missing":[]}';

/** A patch that is missing, as the guard says it. */
export function missing(patch: string, more: Partial<MissingPatch> = {}): MissingPatch {
  return {
    patch,
    risk: 'messages',
    without: `${patch} is not cured`,
    reason: 'unknown-class',
    classes: [{ class: 'org/apache/X', expected: '00', found: '01' }],
    needs: [],
    ...more,
  };
}

/** A tiny distribution, its files as a fake `mvn` would serve them, a fake `java`, and a cache. */
export class Rig {
  readonly directory: string;
  readonly pinned: PinnedArtifact[] = [];
  readonly events: InstallEvent[] = [];

  constructor(directory: string) {
    this.directory = directory;
  }

  get bin(): string {
    return join(this.directory, 'bin');
  }
  /** What the fake `mvn` copies from. */
  get served(): string {
    return join(this.directory, 'served');
  }
  get cache(): string {
    return join(this.directory, 'cache');
  }
  get javaJar(): string {
    return join(this.directory, 'mqha-java.jar');
  }
  get java(): string {
    return join(this.bin, 'java');
  }
  get env(): NodeJS.ProcessEnv {
    const path = `${this.bin}${delimiter}/usr/bin${delimiter}/bin`;
    return { PATH: path, MQHA_CACHE: this.cache };
  }
  artifact(file: string): string {
    return join(this.cache, 'artifacts', file);
  }
  options(more: Partial<InstallOptions> = {}): InstallOptions {
    return {
      java: { path: this.java },
      env: this.env,
      verify: 'quick',
      pinned: this.pinned,
      javaJar: this.javaJar,
      onEvent: (event) => this.events.push(event),
      ...more,
    };
  }
  install(more: Partial<InstallOptions> = {}): ReturnType<typeof ensureDistribution> {
    return ensureDistribution(this.options(more));
  }
  /** How often `mvn` has been run. */
  async mvnRuns(): Promise<number> {
    const log = await readFile(join(this.directory, 'mvn.log'), 'utf8').catch(() => '');
    return log.split('\n').length - 1;
  }
  types(): string[] {
    return this.events.map((event) => event.type);
  }
  /** What is left in the cache's directory for unfinished things. */
  leftovers(): Promise<string[]> {
    return readdir(join(this.cache, 'tmp'));
  }
  /** Replaces the fake `mvn`; `$pom` and `$out` are its pom and its output directory. */
  mvn(body: string): Promise<void> {
    const parse = `
while [ $# -gt 0 ]; do [ "$1" = -f ] && pom="$2"; shift; done
out="\${pom%/*}/files"
echo run >> '${this.directory}/mvn.log'`;
    return script(join(this.bin, 'mvn'), `${parse}\n${body}`);
  }
  /** The `mvn` that works: it copies what the pom asks for. */
  workingMvn(before = ''): Promise<void> {
    // Almost nothing but the shell itself: a process for each word of it would cost most of a test.
    return this.mvn(`${before}
mkdir -p "$out"
text=$(cat "$pom")
for path in '${this.served}'/*; do
  file=\${path##*/}
  case "$text" in *"<artifactId>\${file%%-[0-9]*}</artifactId>"*)
    echo "[INFO] Downloading from central: https://user:secret@repo.test/maven2/x/$file"
    cp "$path" "$out/$file"
    echo "[INFO] Downloaded from central: https://user:secret@repo.test/maven2/x/$file (1 kB at 1 kB/s)"
  esac
done`);
  }
  /** The fake `java`; as the guard it notes what it is asked, writes its jar and prints `answer`. */
  fakeJava(answer: string, jar = true): Promise<void> {
    return script(
      this.java,
      `echo "$*" >> '${this.directory}/java.log'
case "$*" in *--names) echo '{"patches":["tls-names","queue-places"]}'; exit 0;; esac
${jar ? 'for last; do :; done; echo guarded > "$last"' : ':'}
echo 'Picked up JAVA_TOOL_OPTIONS: -Dx=y' >&2
echo '${answer}'`,
    );
  }
}

export async function makeRig(): Promise<Rig> {
  const rig = new Rig(await temporary());
  await mkdir(rig.bin);
  await mkdir(rig.served);
  await writeFile(rig.javaJar, 'our own Java');
  await rig.workingMvn();
  await rig.fakeJava(GUARDED);

  const base = join(rig.directory, 'apache-activemq-5.16.7');
  for (const jar of JARS) {
    await mkdir(join(base, 'lib', jar, '..'), { recursive: true });
    await writeFile(join(base, 'lib', jar), `content of ${jar}`);
  }
  await writeFile(join(base, 'LICENSE'), 'a licence');
  const archive = 'apache-activemq-5.16.7-bin.tar.gz';
  await create({ gzip: true, file: join(rig.served, archive), cwd: rig.directory }, [
    'apache-activemq-5.16.7',
  ]);
  rig.pinned.push(
    pin(await readFile(join(rig.served, archive)), 'apache-activemq', '5.16.7', {
      extension: 'tar.gz',
      classifier: 'bin',
      role: 'distribution',
      file: archive,
    }),
  );
  const libraries: [string, string, Partial<PinnedArtifact>?][] = [
    ['zookeeper', '3.9.5'],
    ['commons-io', '2.17.0'],
    ['leveldbjni-all', '1.8', { role: 'broker', replaces: 'leveldbjni' }],
  ];
  for (const [artifact, version, more] of libraries) {
    const content = Buffer.from(`the library ${artifact} ${version}`);
    await writeFile(join(rig.served, `${artifact}-${version}.jar`), content);
    rig.pinned.push(pin(content, artifact, version, more));
  }
  return rig;
}

/** The MqhaError that the promise fails with. */
export async function failureOf(promise: Promise<unknown>): Promise<MqhaError> {
  const error = await promise.then(
    () => new Error('it did not fail'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof MqhaError) return error;
  throw error;
}

export function systemError(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: injected`), { code, syscall: 'write' });
}

/** Every file below a directory with its content, to see that nothing changed. */
export async function snapshot(directory: string): Promise<Record<string, string>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const found: Record<string, string> = {};
  for (const entry of entries.filter((candidate) => candidate.isFile())) {
    const path = join(entry.parentPath, entry.name);
    found[path] = await readFile(path, 'base64');
  }
  return found;
}
