import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { create } from 'tar';
import { describe, expect, it, onTestFinished } from 'vitest';
import { clusterLock, openCluster, thisHost } from '../../src/state/cluster.js';
import { layoutAt } from '../../src/state/identity.js';
import { renderFiles } from '../../src/operations/start/prepare.js';
import { PINNED } from '../../src/distribution/artifacts.js';
import { acquireLock } from '../../src/agents/local/lock.js';
import { Deadline } from '../../src/lib/time.js';
import { temporaryDirectory } from '../support/temp.js';
import { broker } from './children.js';
import { edit, errorOf, fakeJava, made, mqha, snapshot, unrendered, type Called } from './rig.js';

interface Failure {
  readonly status: 1 | 2;
  readonly code: string;
  /** What the message names. */
  readonly names: string;
  readonly hint: string;
}

/** The command fails as the contract has it, in words and as JSON, and changes nothing there. */
async function fails(
  directory: string,
  args: readonly string[],
  { status, code, names, hint }: Failure,
  called?: Called,
): Promise<void> {
  const before = snapshot(directory);
  const text = await mqha(['-C', directory, ...args], called);
  expect(text).toMatchObject({ status, stdout: '' });
  expect(text.stderr).toMatch(/^error: .+\nhint: .+\.\n$/ms);
  const json = await mqha(['-C', directory, ...args, '--json'], called);
  expect(json).toMatchObject({ status, stdout: '' });
  const error = errorOf(json);
  expect(error.code).toBe(code);
  expect(error.message).toContain(names);
  expect(error.hint).toContain(hint);
  expect(text.stderr).toContain(`error: ${error.message}\nhint: ${error.hint}\n`);
  expect(snapshot(directory)).toEqual(before);
}

describe('a wrong mqha.yaml', () => {
  it.each<[string, string | RegExp, string, string]>([
    ['broken YAML', /$/, '\n  - {', 'not YAML'],
    ['an unknown key', /$/, '\nnames: x\n', 'names: unknown key'],
    ['an unknown key of a node', 'webPort', 'webPorts', 'nodes[0].webPorts: unknown key'],
    ['clashing ports', /messagePort: \d+/, 'messagePort: 61600', 'are both 127.0.0.1:61600'],
    ['a privileged port', /webPort: \d+/, 'webPort: 80', 'nodes[0].webPort: port 80 is privileged'],
    ['a bad host', 'host: 127.0.0.1', 'host: 300.1.1.1', '"300.1.1.1" is not a host name'],
    ['a bad host name', 'host: 127.0.0.1', 'host: my_host', 'no host in a name with an underscore'],
    ['an IPv6 address', 'host: 127.0.0.1', 'host: "::1"', 'IPv6 is not possible here'],
    ['a name with a slash', 'name: mq02', 'name: mq/02', '"mq/02" is not a node name'],
    ['a wrong sync', 'quorum_mem ', 'quorum ', 'sync: "quorum" is not a sync mode'],
    ['a wrong count', 'replicas: 3', 'replicas: 5', 'replicas is 5 but there are 3 nodes'],
  ])('with %s is named with its line', async (_what, from, to, names) => {
    const directory = await unrendered({ replicationPort: 61_600 });
    edit(directory, from, to);
    const failure = {
      status: 2,
      code: 'config-invalid',
      hint: 'and run the command again',
    } as const;
    await fails(directory, ['status'], { ...failure, names });
    await fails(directory, ['up'], { ...failure, names: join(directory, 'mqha.yaml') });
    expect((await mqha(['-C', directory, 'status'])).stderr).toMatch(/line \d+|names: unknown key/);
    expect((await mqha(['-C', directory, 'check'])).status).toBe(3);
  });

  it('keeps nobody from stopping what runs', async () => {
    const directory = await made();
    edit(directory, /$/, '\n  - {');
    for (const command of [['down'], ['stop', 'mq01', '--yes']]) {
      const run = await mqha(['-C', directory, ...command]);
      expect(run).toMatchObject({ status: 0 });
      expect(run.stderr).toMatch(/not YAML.*going on with what it said when it was valid last/s);
    }
  });

  it('has all its problems told at once', async () => {
    const directory = await unrendered();
    edit(directory, 'name: mq02', 'name: all');
    edit(directory, /webPort: \d+/, 'webPort: 80');
    edit(directory, /$/, '\nnames: x\n');
    const run = await mqha(['-C', directory, 'status', '--json']);
    expect(run.status).toBe(2);
    expect(errorOf(run).problems.map(({ path }) => path)).toEqual([
      expect.stringMatching(/^line \d+, nodes\[0\]\.webPort$/),
      expect.stringMatching(/^line \d+, nodes\[1\]\.name$/),
      expect.stringContaining('names'),
    ]);
    for (const { message } of errorOf(run).problems)
      expect(errorOf(run).message).toContain(message);
  });

  it('that cannot be read is named', async () => {
    const directory = await unrendered();
    rmSync(join(directory, 'mqha.yaml'));
    mkdirSync(join(directory, 'mqha.yaml'));
    const names = join(directory, 'mqha.yaml');
    const failure = { status: 2, code: 'config-unreadable', names, hint: 'readable' } as const;
    await fails(directory, ['status'], failure);
  });
});

describe('a node', () => {
  it.each([['kill'], ['stop'], ['logs']])(
    'that does not exist is no node to %s',
    async (command) => {
      const hint = 'mq01, mq02, mq03';
      const failure = { status: 2, code: 'unknown-node', names: '"mq09"', hint } as const;
      await fails(await unrendered(), [command, 'mq09'], failure);
    },
  );

  it.each([['start'], ['restart']])('that does not exist is no node to %s', async (command) => {
    const hint = 'The nodes are mq01, mq02, mq03; roles are master, elector, slave';
    const failure = { status: 2, code: 'unknown-node', names: '"mq09"', hint } as const;
    await fails(await unrendered(), [command, 'mq01', 'mq09'], failure);
  });

  it('is nobody where nobody has the role', async () => {
    const names = 'there is no master now';
    const failure = { status: 1, code: 'role-vacant', names, hint: 'mqha status' } as const;
    await fails(await unrendered(), ['kill', 'master'], failure);
  });

  it('on another machine is neither started nor stopped from here', async () => {
    const directory = await unrendered();
    edit(directory, 'host: 127.0.0.1', 'host: 192.0.2.1');
    const names = 'mq01 is on 192.0.2.1';
    const failure = { status: 2, code: 'node-elsewhere', names, hint: 'there' } as const;
    const env = { JAVA_HOME: fakeJava('17.0.1') };
    await fails(directory, ['up', '--dry-run'], failure, { env });
    await fails(directory, ['stop', 'mq01'], failure);
  });
});

describe('an address', () => {
  it('that is taken is named with its holder', async () => {
    const directory = await unrendered();
    const { config } = await openCluster(directory, thisHost({}));
    const port = config.nodes[1]?.messagePort ?? 0;
    const server = createServer();
    await new Promise<void>((listening) => {
      server.listen({ host: '127.0.0.1', port }, listening);
    });
    onTestFinished(() => void server.close());
    const env = { JAVA_HOME: fakeJava('17.0.1') };
    const names = `127.0.0.1:${port}, the messagePort of mq02, is taken by pid ${process.pid}`;
    const hint = 'Change the port in mqha.yaml';
    const failure = { status: 1, code: 'port-taken', names, hint } as const;
    await fails(directory, ['up', '--dry-run'], failure, { env });
  });

  it('that this machine does not have is named', async () => {
    const directory = await unrendered();
    edit(directory, 'replicationHost: 127.0.0.2', 'replicationHost: 192.0.2.1');
    const names = 'the replicationPort of mq02, is no address of this machine';
    const failure = { status: 1, code: 'address-missing', names, hint: 'mqha.yaml' } as const;
    const env = { JAVA_HOME: fakeJava('17.0.1') };
    await fails(directory, ['up', '--dry-run'], failure, { env });
  });
});

describe('without a Java that fits', () => {
  const up = (env: Called['env'], failure: Omit<Failure, 'status' | 'hint'>) => async () => {
    const how = { status: 1, hint: 'JAVA_HOME', ...failure } as const;
    await fails(await unrendered(), ['up'], how, { env: { ...env } });
    await fails(await unrendered(), ['up', '--dry-run'], how, { env: { ...env } });
    await fails(temporaryDirectory(), ['install'], how, { env: { ...env } });
  };

  it('says that there is none', up({}, { code: 'java-missing', names: 'no java on PATH' }));

  it(
    'says that JAVA_HOME has none',
    up({ JAVA_HOME: '/nowhere/jdk' }, { code: 'java-missing', names: 'is /nowhere/jdk, which' }),
  );

  it('says that it is too old', async () => {
    const env = { JAVA_HOME: fakeJava('11.0.2') };
    const names = `${env.JAVA_HOME}/bin/java is Java 11.0.2; Java 17 is needed`;
    await up(env, { code: 'java-too-old', names })();
  });
});

describe('an installation', () => {
  const cached = (more: Called['env'] = {}) => {
    const env = { JAVA_HOME: fakeJava('17.0.1'), MQHA_CACHE: temporaryDirectory(), ...more };
    return { env, files: () => Object.values(snapshot(env.MQHA_CACHE)).filter((text) => text) };
  };

  it('without mvn says so, and how to do without it', async () => {
    const { env, files } = cached();
    const directory = await unrendered();
    for (const command of ['up', 'install']) {
      const before = snapshot(directory);
      const run = await mqha(['-C', directory, command, '--json'], { env });
      expect(run).toMatchObject({ status: 1, stdout: '' });
      expect(errorOf(run)).toMatchObject({ code: 'maven-missing' });
      expect(errorOf(run).message).toBe('mvn is needed to fetch ActiveMQ and is not on PATH');
      expect(errorOf(run).hint).toContain('mqha install --from <dir>');
      expect(snapshot(directory)).toEqual(before);
    }
    expect(files()).toEqual([]);
  });

  it('from a truncated archive names it', async () => {
    const { env, files } = cached();
    const cwd = temporaryDirectory();
    writeFileSync(join(cwd, 'a.jar'), 'x'.repeat(100_000));
    await create({ file: join(cwd, 'half.tar'), cwd }, ['a.jar']);
    truncateSync(join(cwd, 'half.tar'), 50_000);
    const run = await mqha(['install', '--from', 'half.tar', '--json'], { env, cwd });
    expect(run).toMatchObject({ status: 1, stdout: '' });
    expect(errorOf(run)).toMatchObject({ code: 'archive-damaged' });
    expect(errorOf(run).message).toContain('half.tar cannot be unpacked');
    expect(errorOf(run).hint).toContain('Copy or download the file again');
    expect(files()).toEqual([]);
  });

  it('from files with wrong digests lists all of them', async () => {
    const { env, files } = cached();
    const cwd = temporaryDirectory();
    const [smallest] = [...PINNED].sort((a, b) => a.bytes - b.bytes);
    writeFileSync(join(cwd, smallest?.file ?? ''), 'x'.repeat(smallest?.bytes ?? 0));
    const run = await mqha(['install', '--from', '.', '--json'], { env, cwd });
    expect(run).toMatchObject({ status: 1, stdout: '' });
    expect(errorOf(run)).toMatchObject({ code: 'import-incomplete' });
    expect(errorOf(run).problems).toHaveLength(PINNED.length);
    expect(errorOf(run).problems).toContainEqual({
      path: smallest?.file,
      message: expect.stringContaining(`expected sha512 ${smallest?.sha512 ?? ''}`) as string,
    });
    expect(errorOf(run).hint).toContain('mqha install --export <dir>');
    expect(files()).toEqual([]);
  });
});

describe('a cluster directory', () => {
  it('that was moved or copied is not started', async () => {
    const directory = await made();
    const copy = `${directory}-copy`;
    cpSync(directory, copy, { recursive: true });
    const names = `was made in ${directory} and now lies in ${copy}: it was copied`;
    const failure = { status: 1, code: 'cluster-moved', hint: 'mqha render --yes' } as const;
    await fails(copy, ['up'], { ...failure, names });
    // What runs is the original's.
    for (const command of [['down'], ['kill', 'master', '--yes'], ['destroy', '--yes'], ['status']])
      await fails(copy, command, { ...failure, names });
    const moved = `${directory}-moved`;
    renameSync(directory, moved);
    await fails(moved, ['up', '--dry-run'], {
      ...failure,
      names: `lies in ${moved}: it was moved`,
    });
    await fails(moved, ['render'], { ...failure, names: directory });
    expect((await mqha(['-C', moved, 'render', '--yes'])).status).toBe(0);
    expect((await mqha(['-C', moved, 'render', '--check'])).status).toBe(0);
  });

  it('without the account that its brokers run with gets no new one', async () => {
    const directory = await made();
    const read = (file: string) => readFileSync(join(directory, '.mqha', file), 'utf8');
    const { id } = JSON.parse(read('cluster.json')) as { id: string };
    const before = read('credentials.json');
    const running = await broker(id);
    rmSync(join(directory, '.mqha', 'credentials.json'));
    await fails(directory, ['render', '--check'], {
      status: 1,
      code: 'credentials-missing',
      names: 'mq01 runs with them',
      hint: 'Restore the file',
    });
    expect(existsSync(join(directory, '.mqha', 'credentials.json'))).toBe(false);
    await running.end();
    expect((await mqha(['-C', directory, 'render', '--yes'])).status).toBe(0);
    expect(read('credentials.json')).not.toBe(before);
  });

  it('with an edited file is not started', async () => {
    const directory = await made();
    appendFileSync(join(directory, 'nodes/mq03/conf/jetty.xml'), '<!-- mine -->\n');
    const names = 'edited by hand since it was rendered: nodes/mq03/conf/jetty.xml';
    const failure = { status: 1, code: 'edited-file', names, hint: 'mqha render --yes' } as const;
    await fails(directory, ['up', '--dry-run'], failure, {
      env: { JAVA_HOME: fakeJava('17.0.1') },
    });
    // What `up` renders with when Java and the distribution are there.
    const cluster = await openCluster(directory, thisHost({}));
    await expect(renderFiles(cluster, false)).rejects.toMatchObject({ code: 'edited-file' });
  });

  it.each([
    ['cluster.json', '{"id":', 'it is not JSON'],
    ['cluster.json', '', 'it is not JSON'],
    ['cluster.json', '[]', 'it is not what was written there'],
    ['cluster.json', '{"id":"a1"}', 'directory is not what was written there'],
    ['cluster.json', '{"id":"","directory":"/"}', 'id is not what was written there'],
    ['credentials.json', 'null', 'it is not what was written there'],
    ['credentials.json', '{"username":"mqha","password":7}', 'password is not what'],
    ['credentials.json', '{"username":"mqha","password":"p"}', 'securityToken is not what'],
  ])('with a damaged state says which file it is: %s with %s', async (name, text, names) => {
    const directory = await made();
    const file = join(directory, '.mqha', name);
    writeFileSync(file, text);
    const failure = { status: 1, code: 'state-damaged', hint: 'mqha render --yes' } as const;
    await fails(directory, ['status'], { ...failure, names: `${file} is damaged: ${names}` });
  });

  it('that was never rendered has no account to tell', async () => {
    const directory = await unrendered();
    const failure = { status: 1, code: 'not-rendered', hint: 'mqha render' } as const;
    await fails(directory, ['env'], { ...failure, names: 'no account yet' });
  });

  it('on which another mqha works is left to that, which is named', async () => {
    const directory = await made();
    const deadline = Deadline.in(1000);
    const lock = await acquireLock(clusterLock(layoutAt(directory)), {
      command: 'mqha up',
      deadline,
    });
    const run = await mqha(['-C', directory, 'down', '--timeout', '200ms', '--json']);
    await lock.release();
    expect(run).toMatchObject({ status: 1, stdout: '' });
    expect(run.stderr).toContain(`waiting for \`mqha up\` (pid ${process.pid}) to finish\n`);
    expect(errorOf(run)).toMatchObject({ code: 'locked' });
    expect(errorOf(run).message).toContain(`\`mqha up\` (pid ${process.pid}) is working on`);
    expect(errorOf(run).hint).toContain('Wait until it has finished');
  });
});
