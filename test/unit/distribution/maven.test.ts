import { existsSync } from 'node:fs';
import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { errorLines, parseProgress } from '../../../src/distribution/maven.js';
import { failureOf, makeRig, type Rig } from './rig.js';

let rig: Rig;
beforeEach(async () => {
  rig = await makeRig();
});

/** Whether the process of this id exists and is not merely waiting to be reaped. */
async function isRunning(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return status !== '' && !status.includes(') Z ');
}

describe('mvn', () => {
  it('missing: says so, and how to do without', async () => {
    await rm(join(rig.bin, 'mvn'));
    const error = await failureOf(rig.install({ env: { ...rig.env, PATH: rig.bin } }));
    expect(error.code).toBe('maven-missing');
    expect(error.hint).toContain('mqha install --from <dir>');
  });

  it('failing: quotes what it said, without advice and credentials', async () => {
    await rig.mvn(`
echo '[INFO] Scanning for projects...'
echo '[ERROR] Failed to execute goal: could not transfer artifact from https://joe:hunter2@repo.test/x'
echo '[ERROR] '
echo '[ERROR] Re-run Maven using the -X switch to enable full debug logging.'
echo '[ERROR] [Help 1] http://example.test/help'
exit 1`);
    const error = await failureOf(rig.install());
    expect(error.code).toBe('maven-failed');
    expect(error.message).toBe(
      'mvn failed with exit code 1:\nFailed to execute goal: could not transfer artifact from https://***@repo.test/x',
    );
    expect(error.hint).toContain('settings.xml');
    expect(error.hint).toContain('--from');
    expect(await rig.leftovers()).toEqual([]);
  });

  it('that cannot even start is quoted too', async () => {
    await rig.mvn('echo "The JAVA_HOME environment variable is not defined correctly" >&2; exit 1');
    expect((await failureOf(rig.install())).message).toContain('JAVA_HOME environment variable');
  });

  it('serving another file: nothing wrong enters the cache, the rest is kept', async () => {
    const content = await readFile(join(rig.served, 'zookeeper-3.9.5.jar'), 'utf8');
    await writeFile(join(rig.served, 'zookeeper-3.9.5.jar'), content.toUpperCase());
    const error = await failureOf(rig.install());
    expect(error.code).toBe('digest-mismatch');
    expect(error.message).toContain('zookeeper-3.9.5.jar, which came from Maven, has the wrong');
    expect(error.message).toContain(rig.pinned[1]?.sha512);
    expect(error.hint).toContain('example.test:zookeeper:3.9.5');
    expect(existsSync(rig.artifact('zookeeper-3.9.5.jar'))).toBe(false);
    expect(existsSync(rig.artifact('commons-io-2.17.0.jar'))).toBe(true);
  });

  it('serving a truncated file: says how much there is', async () => {
    await truncate(join(rig.served, 'commons-io-2.17.0.jar'), 7);
    const error = await failureOf(rig.install());
    expect(error.code).toBe('digest-mismatch');
    expect(error.message).toContain('is truncated: 7 of 29 bytes');
    expect(existsSync(rig.artifact('commons-io-2.17.0.jar'))).toBe(false);
  });

  it('not delivering a file: names it', async () => {
    await rm(join(rig.served, 'commons-io-2.17.0.jar'));
    const error = await failureOf(rig.install());
    expect(error.problems).toEqual([{ path: 'commons-io-2.17.0.jar', message: 'is missing' }]);
  });

  it('hanging: is ended after its time, with its children', async () => {
    await rig.mvn(`sleep 60 & echo $! > '${rig.directory}/child'; wait`);
    const error = await failureOf(rig.install({ mavenTimeoutMs: 300 }));
    expect(error.code).toBe('maven-timeout');
    const child = Number(await readFile(join(rig.directory, 'child'), 'utf8'));
    expect(await isRunning(child)).toBe(false);
  });

  it('interrupted: is ended at once, and the exit code is 130', async () => {
    await rig.mvn(`sleep 60 & echo $! > '${rig.directory}/child'; wait`);
    const controller = new AbortController();
    const failure = failureOf(rig.install({ signal: controller.signal }));
    while (!existsSync(join(rig.directory, 'child'))) await sleep(20);
    const started = performance.now();
    controller.abort();
    expect(await failure).toMatchObject({ code: 'interrupted', exitCode: 130 });
    expect(performance.now() - started).toBeLessThan(20_000);
    const child = Number(await readFile(join(rig.directory, 'child'), 'utf8'));
    expect(await isRunning(child)).toBe(false);
    expect(await rig.leftovers()).toEqual([]);
  });

  it('working long: gives a sign of life', async () => {
    const [begun, done] = [join(rig.directory, 'begun'), join(rig.directory, 'done')];
    await rig.workingMvn(`: > '${begun}'; while [ ! -e '${done}' ]; do sleep 0.02; done`);
    vi.useFakeTimers({ toFake: ['setInterval'] });
    const installed = rig.install();
    while (!existsSync(begun)) await sleep(20);
    vi.advanceTimersByTime(2500);
    vi.useRealTimers();
    await writeFile(done, '');
    await installed;
    expect(rig.types()).toContain('waiting');
  });
});

describe('parseProgress', () => {
  it.each([
    ['[INFO] Downloading from central: https://h.test/a/b-1.jar', 'b-1.jar', false],
    [
      'Downloaded from my-mirror: https://h.test/a/b-1.tar.gz (64 MB at 9 MB/s)',
      'b-1.tar.gz',
      true,
    ],
    ['Downloaded: https://h.test/a/b-1.jar?token=x (1 kB)', 'b-1.jar', true],
  ])('%s', (line, file, arrived) => {
    expect(parseProgress(line)).toEqual({ file, arrived });
  });

  it.each(['[INFO] Building distribution 1', '[WARNING] Downloading is slow', ''])(
    'is silent about "%s"',
    (line) => {
      expect(parseProgress(line)).toBeUndefined();
    },
  );
});

describe('errorLines', () => {
  it('keeps the last six, each once', () => {
    const lines = ['one', 'one', 'two', 'three', 'four', 'five', 'six', 'seven'];
    expect(errorLines(lines.map((line) => `[ERROR] ${line}`))).toEqual([
      'two',
      'three',
      'four',
      'five',
      'six',
      'seven',
    ]);
  });
});
