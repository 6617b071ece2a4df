import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../support/temp.js';
import { errorOf, fakeJava, made, mqha, snapshot, type Run } from './rig.js';
import { handOver, isRoot, unprivileged } from './unprivileged.js';

function refused(run: Run, path: string, hint: string): void {
  expect(run).toMatchObject({ status: 1, stdout: '' });
  const error = errorOf(run);
  expect(error.code).toBe('no-permission');
  expect(error.message).toMatch(/^no permission (for|to write in) /);
  expect(error.message).toContain(path);
  expect(error.hint).toContain(hint);
}

const OWNER = 'Run mqha as the user who owns the directory, or choose another directory';

describe('without permission', () => {
  // Loaded while they can be read: the checkout may be closed to others.
  beforeAll(async () => {
    await Promise.all(
      ['init', 'render', 'status', 'env', 'install', 'check'].map(
        (name) => import(`../../src/cli/run/${name}.ts`),
      ),
    );
  });

  it('init makes nothing, and says where it may not', async () => {
    const closed = temporaryDirectory();
    mkdirSync(join(closed, 'c'));
    handOver(closed);
    chmodSync(join(closed, 'c'), 0o500);
    const into = await unprivileged(() => mqha(['init', join(closed, 'c'), '--json']));
    refused(into, join(closed, 'c', 'mqha.yaml'), OWNER);
    const below = await unprivileged(() => mqha(['init', join(closed, 'c', 'd'), '--json']));
    refused(below, join(closed, 'c', 'd'), OWNER);
    expect(readdirSync(join(closed, 'c'))).toEqual([]);
  });

  it('render says where it may not', async () => {
    const directory = await made({ nodes: 1 });
    handOver(directory);
    const base = join(directory, 'nodes/mq01');
    rmSync(join(base, 'conf'), { recursive: true });
    chmodSync(base, 0o500);
    const run = await unprivileged(() => mqha(['-C', directory, 'render', '--json']));
    refused(run, join(base, 'conf'), OWNER);
    expect(readdirSync(base)).toEqual([]);
    chmodSync(base, 0o700);
    expect((await unprivileged(() => mqha(['-C', directory, 'render']))).status).toBe(0);
  });

  it.each([['status'], ['env'], ['render']])(
    '%s of another user’s cluster says which file',
    async (command) => {
      const directory = await made({ nodes: 1 });
      handOver(directory);
      chmodSync(join(directory, '.mqha'), 0o000);
      const before = isRoot ? snapshot(directory) : {};
      const run = await unprivileged(() => mqha(['-C', directory, command, '--json']));
      refused(run, join(directory, '.mqha'), OWNER);
      if (isRoot) expect(snapshot(directory)).toEqual(before);
      chmodSync(join(directory, '.mqha'), 0o700);
    },
  );

  it('to read mqha.yaml, that is wrong in what was written', async () => {
    const directory = await made({ nodes: 1 });
    handOver(directory);
    chmodSync(join(directory, 'mqha.yaml'), 0o000);
    const run = await unprivileged(() => mqha(['-C', directory, 'status', '--json']));
    expect(run.status).toBe(2);
    expect(errorOf(run)).toMatchObject({ code: 'config-unreadable' });
    expect(errorOf(run).message).toContain(join(directory, 'mqha.yaml'));
    expect(errorOf(run).hint).toContain('readable');
  });

  it('to write into the cache install says how to choose another', async () => {
    const JAVA_HOME = fakeJava('17.0.1');
    const closed = temporaryDirectory();
    handOver(JAVA_HOME);
    handOver(closed);
    chmodSync(closed, 0o500);
    const env = { JAVA_HOME, MQHA_CACHE: join(closed, 'cache') };
    const run = await unprivileged(() => mqha(['install', '--json'], { env }));
    refused(run, env.MQHA_CACHE, 'MQHA_CACHE');
    expect(existsSync(env.MQHA_CACHE)).toBe(false);
  });
});
