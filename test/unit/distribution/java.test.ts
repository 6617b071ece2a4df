import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findJava, idleOptions } from '../../../src/distribution/java.js';
import { failureOf, script, temporary } from './rig.js';

/** A directory with a `bin/java` that says it is this version. */
async function fakeHome(version: string): Promise<string> {
  const home = await temporary();
  await mkdir(join(home, 'bin'));
  await script(
    join(home, 'bin', 'java'),
    `cat >&2 <<END
Picked up JAVA_TOOL_OPTIONS: -Dx=y
Property settings:
    java.home = ${home}
    java.vendor = Example Inc.
    java.version = ${version}
    java.version.date = 2025-04-15
END`,
  );
  return home;
}

const withPath = (home: string) => ({ PATH: `${join(home, 'bin')}:/usr/bin:/bin` });

describe('findJava', () => {
  it.each(['17.0.15', '25', '25.0.1'])('takes %s without a word', async (version) => {
    const home = await fakeHome(version);
    expect(await findJava({ ...withPath('/nowhere'), JAVA_HOME: home })).toEqual({
      path: join(home, 'bin', 'java'),
      home,
      version,
      major: Number(version.split('.')[0]),
      vendor: 'Example Inc.',
    });
  });

  it.each(['18.0.2', '21.0.3', '26-ea'])('warns that %s is not tested', async (version) => {
    const java = await findJava(withPath(await fakeHome(version)));
    expect(java.warning).toContain(`Java ${version} is not tested`);
  });

  it.each(['11.0.2', '1.8.0_412', '16'])('refuses %s as too old', async (version) => {
    const home = await fakeHome(version);
    const error = await failureOf(findJava({ ...withPath('/nowhere'), JAVA_HOME: home }));
    expect(error.code).toBe('java-too-old');
    expect(error.message).toBe(`${join(home, 'bin/java')} is Java ${version}; Java 17 is needed`);
  });

  it('prefers the configured home, then JAVA_HOME, then PATH', async () => {
    const [configured, named, found] = [
      await fakeHome('25.0.3'),
      await fakeHome('25.0.2'),
      await fakeHome('25.0.1'),
    ];
    const env = { ...withPath(found), JAVA_HOME: named };
    expect((await findJava(env, configured)).home).toBe(configured);
    expect((await findJava(env)).home).toBe(named);
    expect((await findJava({ PATH: env.PATH })).home).toBe(found);
  });

  it('does not pass over a JAVA_HOME without a Java', async () => {
    const env = { ...withPath(await fakeHome('17.0.15')), JAVA_HOME: '/nowhere/jdk' };
    const error = await failureOf(findJava(env));
    expect(error.code).toBe('java-missing');
    expect(error.message).toContain('/nowhere/jdk');
  });

  it('names mqha.yaml when its home has no Java', async () => {
    const error = await failureOf(findJava(withPath(await fakeHome('17.0.15')), '/nowhere/other'));
    expect(error.code).toBe('java-missing');
    expect(error.message).toContain('/nowhere/other');
    expect(error.hint).toContain('mqha.yaml');
  });

  it('says when there is none at all', async () => {
    const error = await failureOf(findJava({ PATH: await temporary() }));
    expect(error.code).toBe('java-missing');
    expect(error.hint).toContain('JAVA_HOME');
  });

  it('runs the JVM itself where PATH has a shim', async () => {
    const home = await fakeHome('17.0.15');
    const shims = await temporary();
    await script(join(shims, 'java'), `exec '${home}/bin/java' "$@"`);
    expect((await findJava({ PATH: `${shims}:/usr/bin:/bin` })).path).toBe(join(home, 'bin/java'));
  });

  it('quotes a Java that does not run, and asks it again the next time', async () => {
    const home = await temporary();
    await mkdir(join(home, 'bin'));
    await script(join(home, 'bin', 'java'), 'echo "Error: could not find libjvm.so" >&2; exit 1');
    const env = { ...withPath('/nowhere'), JAVA_HOME: home };
    const error = await failureOf(findJava(env));
    expect(error.code).toBe('java-failed');
    expect(error.message).toContain('could not find libjvm.so');
    await script(join(home, 'bin', 'java'), "echo '    java.version = 17.0.1' >&2");
    expect((await findJava(env)).version).toBe('17.0.1');
  });

  it('asks one executable once', async () => {
    const home = await fakeHome('17.0.15');
    const env = { ...withPath('/nowhere'), JAVA_HOME: home };
    await findJava(env);
    await rm(join(home, 'bin', 'java'));
    await writeFile(join(home, 'bin', 'java'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    expect((await findJava(env)).version).toBe('17.0.15');
  });
});

describe('a JVM at rest', () => {
  it('is given an option only where it is known to take it', () => {
    expect(idleOptions({ major: 17 })).toEqual(['-XX:PerfDataSamplingInterval=1000']);
    for (const major of [18, 21, 25, 26]) expect(idleOptions({ major })).toEqual([]);
  });
});
