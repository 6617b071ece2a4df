import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ClientSettings } from '../../src/clients/client-settings.js';
import { GUARD_JAR, JAVA_JAR } from '../../src/distribution/classpath.js';
import { makeGuard } from '../../src/distribution/guard.js';
import { ensureDistribution } from '../../src/distribution/install.js';
import { findJava, type JavaRuntime } from '../../src/distribution/java.js';
import { collectFiles, type Manifest } from '../../src/distribution/manifest.js';
import { MANIFEST } from '../../src/distribution/patches.js';
import { mqha, TestCluster } from '../support/cluster.js';
import { receive, send } from '../support/messages.js';

const STORE = 'apache-activemq-5.16.7/lib/optional/activemq-leveldb-store-5.16.7.jar';
const CLASS = 'org/apache/activemq/leveldb/LevelDBClient$CollectionMeta.class';

const run = promisify(execFile);

const made: string[] = [];

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), 'mqha-test-'));
  made.push(path);
  return path;
}

let java: JavaRuntime;
let cache: string;
let cluster: TestCluster;

/** A byte more in the name of a class's source changes its digest and nothing else. */
function changeClass(file: string): void {
  const bytes = readFileSync(file);
  const at = bytes.indexOf('LevelDBClient.scala');
  bytes.write('X', at, 'latin1');
  writeFileSync(file, bytes);
}

/** A cache with the distribution in which one class is another than the known one. */
async function cacheWithUnknownClass(): Promise<string> {
  const { root } = await ensureDistribution({ java, env: process.env, verify: 'quick' });
  const unknown = directory();
  const copy = join(unknown, 'distributions', basename(root));
  mkdirSync(dirname(copy), { recursive: true });
  cpSync(root, copy, { recursive: true });

  const work = directory();
  const jar = join(java.home, 'bin', 'jar');
  await run(jar, ['xf', join(copy, STORE), CLASS], { cwd: work });
  changeClass(join(work, CLASS));
  await run(jar, ['uf', join(copy, STORE), CLASS], { cwd: work });
  rmSync(join(copy, GUARD_JAR));
  const guard = await makeGuard({
    java: java.path,
    javaJar: join(copy, JAVA_JAR),
    directory: copy,
    output: join(copy, GUARD_JAR),
    off: [],
    env: process.env,
  });
  const manifest = JSON.parse(readFileSync(join(copy, MANIFEST), 'utf8')) as Manifest;
  rmSync(join(copy, MANIFEST));
  writeFileSync(
    join(copy, MANIFEST),
    JSON.stringify({ ...manifest, guard, files: await collectFiles(copy) }),
  );
  return unknown;
}

/** Runs a command on the cluster that must succeed, with another environment than its own. */
async function runWith(env: Record<string, string>, ...args: string[]): Promise<string> {
  const result = await mqha(['-C', cluster.directory, ...args], { env });
  if (result.exitCode !== 0) throw new Error(`mqha ${args.join(' ')}: ${result.stderr}`);
  return result.stderr;
}

beforeAll(async () => {
  java = await findJava(process.env);
  cache = await cacheWithUnknownClass();
  cluster = await TestCluster.make(['--nodes', '1'], { MQHA_CACHE: cache });
});

afterAll(async () => {
  await cluster.remove();
  // A process in the background may still archive the classes of a broker.
  for (const path of made) rmSync(path, { recursive: true, force: true, maxRetries: 20 });
});

it('starts brokers with the other patches where one class is not known, and tells what that means', async () => {
  const up = await cluster.run('up');
  expect(up.exitCode).toBe(0);
  expect(up.stderr).toContain(
    'brokers run without the patch queue-places against lost messages: after a failover a new message can take the place',
  );

  const { state, problems } = await cluster.status();
  expect(state).toBe('serving');
  expect(problems.filter(({ code }) => code.startsWith('patch-'))).toEqual([
    {
      severity: 'error',
      code: 'patch-missing',
      node: 'mq01',
      message:
        'mq01 runs without the patch queue-places against lost messages: after a failover a new message can take the place of an acknowledged one in its queue',
      hint: expect.stringMatching(
        /^org\/apache\/activemq\/leveldb\/LevelDBClient\$CollectionMeta has the SHA-256 \w{64} instead of 5d9130b6\w{56}\./,
      ) as string,
    },
  ]);
  const check = await cluster.run('check');
  expect(check.exitCode).toBe(1);
  expect(check.stdout).toContain('without the patch queue-places');

  const settings = await cluster.json<ClientSettings>('env');
  await send(settings, 'kept', ['one', 'two']);
  // Another patch is at work: it looks after the files of the log.
  expect(existsSync(join(cluster.directory, 'nodes/mq01/data/storedb/mqha-logs.txt'))).toBe(true);
});

it('leaves patches out that are switched off, and takes them up again', async () => {
  const list = join(cluster.directory, 'nodes/mq01/data/storedb/mqha-logs.txt');
  const off = { MQHA_PATCHES_OFF: 'watched-log,tls-names' };
  await cluster.json('down');
  const told = await runWith(off, 'up');
  // It stands in the cache of all tests.
  const less = await ensureDistribution({ java, env: { ...process.env, ...off }, verify: 'quick' });
  made.push(less.root);
  expect(told).toContain(
    'brokers run without the patch watched-log against lost messages, left out by MQHA_PATCHES_OFF',
  );
  // Nobody keeps it true now, so it is gone.
  expect(existsSync(list)).toBe(false);
  // A look needs no environment: it asks what runs.
  const { problems } = await cluster.status();
  expect(
    problems
      .filter(({ code }) => code.startsWith('patch-'))
      .map(({ severity, code }) => [severity, code]),
  ).toEqual([
    ['error', 'patch-off'],
    ['warning', 'patch-off'],
  ]);

  await runWith({}, 'down');
  await runWith({}, 'up');
  expect(existsSync(list)).toBe(true);
  expect((await cluster.status()).problems.filter(({ code }) => code.startsWith('patch-'))).toEqual(
    [],
  );
  const settings = await cluster.json<ClientSettings>('env');
  expect(await receive(settings, 'kept', 2)).toEqual(['one', 'two']);
});
