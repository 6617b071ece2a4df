import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { GROUPS } from '../../src/cli/definition.js';
import { ACTIVEMQ_VERSION } from '../../src/config/schema.js';
import { ZOOKEEPER_VERSION } from '../../src/distribution/artifacts.js';
import { packageRoot, packageVersion } from '../../src/lib/package.js';
import { mqha as inItsOwnProcess } from '../support/cluster.js';
import { temporaryDirectory } from '../support/temp.js';
import {
  edit,
  errorOf,
  fakeJava,
  made,
  mqha,
  portOptions,
  unrendered,
  type Called,
} from './rig.js';

const ESCAPE = '\u001b[';

describe('the process', () => {
  it('answers on stdout, fails on stderr, and ends with the exit code of the contract', async () => {
    const cwd = temporaryDirectory();
    const [version, help, nonsense, none, check] = await Promise.all(
      [['--version'], ['--help'], ['nonsense'], ['status', '--json'], ['check']].map((args) =>
        inItsOwnProcess(args, { cwd }),
      ),
    );
    expect(version).toEqual({ exitCode: 0, stdout: packageVersion(), stderr: '' });
    expect(help).toMatchObject({ exitCode: 0, stderr: '' });
    expect(nonsense).toMatchObject({ exitCode: 2, stdout: '' });
    expect(none).toMatchObject({ exitCode: 2, stdout: '' });
    expect(JSON.parse(none?.stderr ?? '')).toMatchObject({ error: { code: 'no-cluster' } });
    expect(check).toMatchObject({ exitCode: 3, stdout: '' });
  });

  it('ends quietly when its reader has read enough', async () => {
    const child = spawn(process.execPath, [join(packageRoot(), 'bin', 'mqha.js'), '--help']);
    child.stdout.destroy();
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(said).toBe('');
  });

  it.runIf(existsSync('/dev/full')).each([
    ['status', 1],
    ['check', 3],
  ])('says that %s could not write its answer, and exits %i', async (command, exitCode) => {
    const directory = await unrendered();
    const full = openSync('/dev/full', 'w');
    onTestFinished(() => {
      closeSync(full);
    });
    const program = join(packageRoot(), 'bin', 'mqha.js');
    const child = spawn(process.execPath, [program, '-C', directory, command], {
      stdio: ['ignore', full, 'pipe'],
    });
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
    expect(await once(child, 'close')).toEqual([exitCode, null]);
    expect(said).toMatch(/^error: no space left to write \/dev\/full\nhint: Free space .+\n$/);
  });

  it('does not take for serving what nobody heard check say', async () => {
    const args = [join(packageRoot(), 'bin', 'mqha.js'), '-C', await unrendered(), 'check'];
    const child = spawn(process.execPath, args);
    child.stdout.destroy();
    expect(await once(child, 'close')).toEqual([3, null]);
  });
});

describe('help', () => {
  it.each([[], ['help'], ['--help'], ['-h']])(
    'of all commands, in groups, is the answer to %j',
    async (...words) => {
      const { status, stdout, stderr } = await mqha(words);
      expect([status, stderr]).toEqual([0, '']);
      const titles = stdout.split('\n').filter((line) => /^\S.*:$/.test(line));
      expect(titles).toEqual(['Options:', ...Object.values(GROUPS).map((title) => `${title}:`)]);
      expect(stdout).toMatch(/^ {2}up .*start what is not running/m);
    },
  );

  it.each([
    [['help', 'kill'], 'Usage: mqha kill '],
    [['help', 'certs'], 'Usage: mqha certs '],
    [['certs'], 'Usage: mqha certs '],
    [['account'], 'Usage: mqha account '],
  ])('of a command or a group is the answer to %j', async (words, usage) => {
    const { status, stdout, stderr } = await mqha(words);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout.startsWith(usage)).toBe(true);
  });

  it('is none where a document is wanted', async () => {
    for (const words of [['--json'], ['certs', '--json']]) {
      const { status, stderr } = await mqha(words);
      expect(status).toBe(2);
      expect(JSON.parse(stderr)).toMatchObject({ error: { message: 'no command was given' } });
    }
  });
});

describe('the version', () => {
  it('is told in a word, and with that of what clusters run', async () => {
    const short = await mqha(['-v']);
    expect(short.stdout).toBe((await mqha(['--version'])).stdout);
    const { mqha: own, ...others } = JSON.parse(
      (await mqha(['version', '--json'])).stdout,
    ) as Record<string, string>;
    expect(own).toBe(short.stdout.trim());
    expect(others).toEqual({
      activemq: ACTIVEMQ_VERSION,
      zookeeper: ZOOKEEPER_VERSION,
      node: process.versions.node,
    });
    expect((await mqha(['version'])).stdout).toContain(`ActiveMQ ${ACTIVEMQ_VERSION}`);
  });
});

describe('wrong usage', () => {
  it.each([
    [['nonsense'], "unknown command 'nonsense'"],
    [['help', 'nonsense'], "unknown command 'nonsense'"],
    [['status', '--nonsense'], 'unknown option'],
    [['stop'], 'missing required argument'],
    [['init', '--nodes', 'three'], 'not a whole number'],
    [['init', '--nodes', '0'], '--nodes 0 is out of range'],
    [['init', '--nodes', '10'], '--nodes 10 is out of range'],
    [['init', '--host', 'a,b'], '--host names 2 hosts for 3 nodes'],
    [['init', '--host', 'a b'], '"a b" is not a host name'],
    [['init', '--web-port', '80'], 'port 80 is privileged'],
    [['init', '--zookeeper', 'zk1:1', '--zookeeper-port', '1'], 'exclude each other'],
    [['logs', '-n', 'x'], 'not a whole number'],
    [['up', '--timeout', 'soon'], '--timeout soon is no duration'],
    [['down', '--timeout', '0'], '--timeout 0 is no duration'],
    [['status'], 'no cluster found'],
    [['-C', '/nowhere', 'status'], '/nowhere (from -C) holds no mqha.yaml'],
  ])('%j is answered with exit code 2, what is wrong and what to do', async (args, message) => {
    const cwd = temporaryDirectory();
    const text = await mqha(args, { cwd });
    expect(text).toMatchObject({ status: 2, stdout: '' });
    expect(text.stderr).toMatch(/^error: .+\nhint: .+\n$/s);
    expect(text.stderr).toContain(message);
    const json = await mqha([...args, '--json'], { cwd });
    expect(json).toMatchObject({ status: 2, stdout: '' });
    expect(json.stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(Object.keys(errorOf(json))).toEqual(['code', 'message', 'hint', 'problems']);
    expect(errorOf(json).message).toContain(message);
  });

  it.each([[[]], [['--nonsense']], [['too', 'many']]])('of check %j is 3', async (args) => {
    expect((await mqha(['check', ...args])).status).toBe(3);
  });

  it('has a stack trace with --verbose only', async () => {
    expect((await mqha(['status'])).stderr).not.toMatch(/^\s+at /m);
    expect((await mqha(['status', '--verbose'])).stderr).toMatch(/^\s+at /m);
  });
});

describe('the help', () => {
  it('names every command and every option that is global', async () => {
    const { status, stdout } = await mqha(['--help']);
    expect(status).toBe(0);
    const commands =
      'init render install up status check start stop restart kill switchover scale down destroy supervise logs events history export env';
    for (const command of commands.split(' ')) {
      expect(stdout).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
      const own = await mqha([command, '--help']);
      expect(own, command).toMatchObject({ status: 0, stderr: '' });
      for (const option of ['--json', '--cluster', '--verbose']) {
        expect(own.stdout, command).toContain(option);
      }
    }
  });

  it.each(['stop', 'restart', 'kill', 'destroy', 'render'])('offers --yes for %s', async (name) => {
    expect((await mqha([name, '--help'])).stdout).toContain('--yes');
  });
});

describe('the answers', () => {
  it('are results only on stdout, and with --json one document', async () => {
    const directory = await made();
    const env = { JAVA_HOME: fakeJava('17.0.1') };
    const commands =
      'status|check|env|logs|logs mq01|events|history|render|render --check|up --dry-run|kill mq01|down';
    for (const command of commands.split('|')) {
      const words = command.split(' ');
      const text = await mqha(['-C', directory, ...words], { env });
      expect(text.stderr, command).toBe('');
      expect(text.stdout, command).not.toContain(ESCAPE);
      const json = await mqha(['-C', directory, ...words, '--json'], { env });
      expect(json.status, command).toBe(text.status);
      expect(json.stderr, command).toBe('');
      expect(JSON.parse(json.stdout), command).toBeTypeOf('object');
    }
  });

  it('have their warnings and their progress on stderr, also with --json', async () => {
    const directory = join(temporaryDirectory(), 'c');
    const init = await mqha(['init', directory, '--nodes', '4', '--json']);
    expect(init.status).toBe(0);
    expect(init.stderr).toContain('warning: 4 nodes are an even number');
    expect(JSON.parse(init.stdout)).toMatchObject({ directory, cluster: 'mqStore' });
    edit(directory, 'quorum_mem ', 'quorum_disk ');
    const render = await mqha(['-C', directory, 'render']);
    expect(render.stderr).toContain('✓ rendered 4 files');
    expect(render.stdout).toContain('rendered 4 files; a broker that runs reads them when');
  });

  it('are coloured on a terminal only', async () => {
    const directory = await unrendered();
    const env = { FORCE_COLOR: '1' };
    expect((await mqha(['-C', directory, 'status'], { terminal: true })).stdout).toContain(ESCAPE);
    expect((await mqha(['-C', directory, 'status'], { env })).stdout).not.toContain(ESCAPE);
  });

  it('come with colour and a spinner on a terminal, outside CI and without NO_COLOR', async () => {
    const JAVA_HOME = fakeJava('21.0.1');
    const MQHA_CACHE = join(temporaryDirectory(), 'cache');
    const shown = async (env: Called['env'], terminal: boolean) =>
      (await mqha(['install'], { env: { ...env, JAVA_HOME, MQHA_CACHE }, terminal })).stderr;
    expect(await shown({}, true)).toContain(`${ESCAPE}33mwarning:`);
    const plain =
      /^warning: Java 21.0.1 is not tested.*\n {2}installing .+\nerror: .+\nhint: .+\n$/;
    expect(await shown({}, false)).toMatch(plain);
    expect(await shown({ FORCE_COLOR: '1' }, false)).toMatch(plain);
    for (const env of [{ NO_COLOR: '1' }, { CI: 'true' }, { TERM: 'dumb' }]) {
      expect(await shown(env, true)).toMatch(plain);
    }
  });
});

describe('the cluster that is meant', () => {
  it('is the one of -C, else of $MQHA_CLUSTER, else the nearest upward', async () => {
    const [one, two] = [await made(), await unrendered()];
    const meant = async (args: readonly string[], called: Called) => {
      const { stdout } = await mqha([...args, 'logs', 'mq01', '--json'], called);
      const { logs } = JSON.parse(stdout) as { logs: { file: string }[] };
      return logs[0]?.file.replace('/nodes/mq01/log/activemq.log', '');
    };
    const env = { MQHA_CLUSTER: two };
    expect(await meant(['-C', one], { env, cwd: two })).toBe(one);
    expect(await meant(['-C', 'c'], { env, cwd: dirname(one) })).toBe(one);
    expect(await meant([], { env, cwd: one })).toBe(two);
    expect(await meant([], { env: { MQHA_CLUSTER: '' }, cwd: one })).toBe(one);
    expect(await meant([], { cwd: join(one, 'nodes', 'mq01', 'conf') })).toBe(one);
    const wrong = await mqha(['status', '--json'], {
      env: { MQHA_CLUSTER: '/nowhere' },
      cwd: one,
    });
    expect(wrong.status).toBe(2);
    expect(errorOf(wrong).message).toBe('/nowhere (from $MQHA_CLUSTER) holds no mqha.yaml');
  });

  it('is not taken from $MQHA_CLUSTER by init, but from its argument, else -C, else here', async () => {
    const env = { MQHA_CLUSTER: await unrendered() };
    const cwd = temporaryDirectory();
    const init = async (...args: string[]) => {
      expect((await mqha([...args, ...(await portOptions())], { env, cwd })).status).toBe(0);
    };
    await init('init');
    expect(existsSync(join(cwd, 'mqha.yaml'))).toBe(true);
    await init('-C', 'named', 'init');
    expect(existsSync(join(cwd, 'named', 'mqha.yaml'))).toBe(true);
    await init('-C', 'named', 'init', 'argument');
    expect(existsSync(join(cwd, 'argument', 'mqha.yaml'))).toBe(true);
  });
});
