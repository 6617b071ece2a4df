// Whether every pinned artifact is the newest that fits, or says why not. Asks Maven, with the mirrors and proxies of
// whoever runs it; where that has no network nothing is judged, and that is said.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { PINNED } from '../../src/distribution/artifacts.js';
import { HELD } from './held.js';
import { judge, newerIn } from './judge.js';

const PLUGIN = 'org.codehaus.mojo:versions-maven-plugin:2.18.0:display-dependency-updates';
const LIMIT_MS = 180_000;

/** What Maven knows of newer versions; undefined where it cannot tell. */
async function ask(): Promise<string | undefined> {
  const directory = await mkdtemp(join(tmpdir(), 'mqha-pins-'));
  try {
    const dependencies = PINNED.map(
      ({ group, artifact, version }) =>
        `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`,
    );
    await writeFile(
      join(directory, 'pom.xml'),
      `<project><modelVersion>4.0.0</modelVersion><groupId>dev.mqha</groupId><artifactId>pins</artifactId><version>1</version><packaging>pom</packaging><dependencies>${dependencies.join('')}</dependencies></project>`,
    );
    const output = join(directory, 'newer.txt');
    const { failed } = await execa('mvn', ['-B', '-q', PLUGIN, `-Dversions.outputFile=${output}`], {
      cwd: directory,
      reject: false,
      timeout: LIMIT_MS,
    });
    return failed ? undefined : await readFile(output, 'utf8').catch(() => undefined);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const newer = newerIn((await ask()) ?? '');
if (newer.size === 0) {
  // Something is always newer than one of them, as a next major version is.
  console.log(
    'Maven knows of no newer version, as without a network: the artifacts were not judged',
  );
} else {
  const { verdicts, idle } = judge(PINNED, newer, HELD);
  for (const { artifact, version, newer: found, why, problem } of verdicts) {
    const name = `${artifact} ${version}`;
    if (problem !== undefined) console.log(`STALE ${name}: ${problem}`);
    else if (found === undefined) console.log(`ok    ${name}`);
    else console.log(`held  ${name} (${found}): ${why ?? ''}`);
  }
  for (const { of, why } of idle)
    console.log(`IDLE  ${of}: nothing newer needs the reason "${why}"`);
  if (idle.length > 0 || verdicts.some(({ problem }) => problem !== undefined))
    process.exitCode = 1;
}
