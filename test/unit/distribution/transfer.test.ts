import { execFileSync } from 'node:child_process';
import { mkdir, readdir, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { create } from 'tar';
import { beforeEach, describe, expect, it } from 'vitest';
import { exportArtifacts } from '../../../src/distribution/install.js';
import { failureOf, makeRig, snapshot, systemError, type Rig } from './rig.js';

let rig: Rig;
let exported: string;
/** The same machine without Maven and with an empty cache. */
let offline: NodeJS.ProcessEnv;

beforeEach(async () => {
  rig = await makeRig();
  exported = join(rig.directory, 'exported', 'deeper');
  offline = { PATH: '/usr/bin:/bin', MQHA_CACHE: join(rig.directory, 'offline') };
});

async function doExport(to = exported): Promise<void> {
  await exportArtifacts({ ...rig.options(), to });
  await rm(join(rig.bin, 'mvn'));
}

describe('export', () => {
  it('writes every pinned file by name, fetching what the cache lacks', async () => {
    const result = await exportArtifacts({ ...rig.options(), to: exported });
    const names = rig.pinned.map(({ file }) => file).sort();
    expect((await readdir(exported)).sort()).toEqual(names);
    expect([...result.files].sort()).toEqual(names);
    expect(result.bytes).toBe(rig.pinned.reduce((sum, { bytes }) => sum + bytes, 0));
    expect(await rig.mvnRuns()).toBe(1);
  });

  it('refuses a file', async () => {
    const file = join(rig.directory, 'a-file');
    await writeFile(file, 'mine');
    const error = await failureOf(exportArtifacts({ ...rig.options(), to: file }));
    expect(error).toMatchObject({ code: 'export-not-a-directory', exitCode: 2 });
    expect(await rig.mvnRuns()).toBe(0);
  });

  it('names its own directory when that is full, and leaves no half file', async () => {
    const io = { copyFile: () => Promise.reject(systemError('ENOSPC')) };
    const error = await failureOf(exportArtifacts({ ...rig.options({ io }), to: exported }));
    expect(error.code).toBe('disk-full');
    expect(error.message).toContain(exported);
    expect(error.hint).not.toContain('MQHA_CACHE');
    expect(await readdir(exported)).toEqual([]);
  });
});

describe('from', () => {
  it('a pipe, or a directory with one, is refused and not waited for', async () => {
    const pipe = join(rig.directory, 'pipe');
    execFileSync('mkfifo', [pipe]);
    expect(await failureOf(rig.install({ env: offline, from: pipe }))).toMatchObject({
      code: 'from-not-found',
      exitCode: 2,
    });
    await doExport();
    const file = rig.pinned[0]?.file ?? '';
    await rm(join(exported, file));
    execFileSync('mkfifo', [join(exported, file)]);
    const error = await failureOf(rig.install({ env: offline, from: exported }));
    expect(error.code).toBe('import-incomplete');
    expect(JSON.stringify(error.problems)).toContain(file);
  });

  it('a directory: installs without Maven', async () => {
    await doExport();
    const distribution = await rig.install({ env: offline, verify: 'full', from: exported });
    expect(distribution.guard.guarded).toBe(true);
    expect(distribution.root.startsWith(join(rig.directory, 'offline'))).toBe(true);
  });

  it.each([
    ['packed with its directory', true, 'exported'],
    ['packed and not compressed', false, 'exported'],
  ])('a tar, %s: installs without Maven', async (_what, gzip, path) => {
    await doExport();
    await writeFile(join(exported, 'README'), 'ignored');
    const file = join(rig.directory, gzip ? 'out.tar.gz' : 'out.tar');
    await create({ gzip, file, cwd: rig.directory }, [path]);
    const distribution = await rig.install({ env: offline, verify: 'full', from: file });
    expect(distribution.version).toBe('5.16.7');
  });

  it('lists everything missing and wrong at once, and changes nothing', async () => {
    await doExport();
    await rm(join(exported, 'commons-io-2.17.0.jar'));
    await truncate(join(exported, 'zookeeper-3.9.5.jar'), 4);
    await writeFile(join(exported, 'leveldbjni-all-1.8.jar'), 'x'.repeat(200));
    await rig.install({ env: offline, from: exported }).catch(() => undefined);
    const before = await snapshot(join(rig.directory, 'offline'));

    const error = await failureOf(rig.install({ env: offline, from: exported }));

    expect(error.code).toBe('import-incomplete');
    expect(error.problems.map(({ path, message }) => [path, message.slice(0, 20)])).toEqual([
      ['zookeeper-3.9.5.jar', 'is truncated: 4 of 2'],
      ['commons-io-2.17.0.jar', 'is missing'],
      ['leveldbjni-all-1.8.jar', 'has the wrong digest'],
    ]);
    expect(before).toEqual({});
    expect(await snapshot(join(rig.directory, 'offline'))).toEqual({});
  });

  it('does not disturb what was installed before', async () => {
    const { root } = await rig.install();
    const before = await snapshot(rig.cache);
    await mkdir(exported, { recursive: true });
    expect((await failureOf(rig.install({ from: exported }))).problems).toHaveLength(4);
    expect(await snapshot(rig.cache)).toEqual(before);
    expect((await rig.install()).root).toBe(root);
  });

  it('a truncated tar is archive-damaged', async () => {
    await doExport();
    const file = join(rig.directory, 'out.tar.gz');
    await create({ gzip: true, file, cwd: rig.directory }, ['exported']);
    await truncate(file, 400);
    const error = await failureOf(rig.install({ env: offline, from: file }));
    expect(error.code).toBe('archive-damaged');
    expect(error.message).toContain('out.tar.gz');
  });

  it('a file that is no tar is archive-damaged', async () => {
    const file = join(rig.directory, 'notes.txt');
    await writeFile(file, 'no tar at all\n'.repeat(100));
    expect((await failureOf(rig.install({ from: file }))).code).toBe('archive-damaged');
  });

  it('nothing there is from-not-found', async () => {
    const error = await failureOf(rig.install({ from: join(rig.directory, 'nowhere') }));
    expect(error).toMatchObject({ code: 'from-not-found', exitCode: 2 });
  });

  it('a path in the tar leads nowhere outside', async () => {
    await doExport();
    const inner = join(rig.directory, 'inner');
    await mkdir(inner);
    const file = join(rig.directory, 'evil.tar');
    await rename(join(exported, 'zookeeper-3.9.5.jar'), join(rig.directory, 'zookeeper-3.9.5.jar'));
    await writeFile(join(rig.directory, 'evil.jar'), 'evil');
    await create({ file, cwd: inner, preservePaths: true }, [
      '../exported',
      '../zookeeper-3.9.5.jar',
      '../evil.jar',
    ]);
    await rm(join(rig.directory, 'evil.jar'));
    const { root } = await rig.install({ env: offline, from: file });
    expect(root).toContain('offline');
    const files = Object.keys(await snapshot(rig.directory));
    expect(files.filter((path) => path.endsWith('evil.jar'))).toEqual([]);
  });
});
