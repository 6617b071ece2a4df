import { spawnSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, TestCluster } from '../support/cluster.js';
import {
  build,
  copyExample,
  HttpLoad,
  java,
  post,
  Program,
  type Posted,
} from '../support/examples.js';
import { healed, pidIn } from '../support/watched.js';

const MAVEN = ['-B', '-q', '-DskipTests', 'package'];
const BUILD_MS = 700_000;
const python =
  spawnSync('python3', [
    '-c',
    'import ensurepip, sys, venv; sys.exit(0 if sys.version_info >= (3, 10) else 1)',
  ]).status === 0;

/** What GET /messages of the Spring Boot application answers. */
interface Received {
  readonly received: number;
  readonly duplicates: number;
  readonly bodies: readonly string[];
}

/** What requests were answered, those that were answered. */
const statuses = (answers: readonly PromiseSettledResult<Posted>[]) =>
  answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value.status] : []));

let cluster: TestCluster;
const directories: string[] = [];

async function copy(name: string): Promise<string> {
  const directory = await copyExample(name);
  directories.push(directory);
  return directory;
}

/** Each example is built once, and run in clear and over TLS. @returns its command */
const commands = {
  'Spring Boot': once(async () => {
    const directory = await copy('spring-boot');
    await build(directory, 'mvn', MAVEN);
    return [java, '-jar', join(directory, 'target', 'messages.jar')];
  }),
  Java: once(async () => {
    const directory = await copy('java');
    await build(directory, 'mvn', MAVEN);
    return [java, '-jar', join(directory, 'target', 'messages.jar')];
  }),
  Python: once(async () => {
    const directory = await copy('python');
    await build(directory, 'python3', ['-m', 'venv', '.venv']);
    const interpreter = join(directory, '.venv', 'bin', 'python');
    await build(directory, interpreter, ['-m', 'pip', 'install', '-q', '-r', 'requirements.txt']);
    return [interpreter, join(directory, 'messages.py')];
  }),
  Node: once(() => {
    const example = join(import.meta.dirname, '..', '..', 'examples', 'node', 'messages.js');
    return Promise.resolve([process.execPath, example]);
  }),
};

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

/** The master's name and pid, asked before they are needed, so that it can be killed in no time. */
async function findMaster(): Promise<{ name: string; pid: number }> {
  const status = await healed(cluster);
  return { name: status.master ?? '', pid: pidIn(status, status.master) };
}

beforeAll(async () => {
  cluster = await TestCluster.make();
  await cluster.json('up');
});

afterAll(async () => {
  await cluster.remove();
  for (const directory of directories) await rm(directory, { recursive: true, force: true });
});

/** The application, once it listens. */
async function springBoot(): Promise<{ app: Program; url: string }> {
  const app = Program.start(cluster, await commands['Spring Boot'](), { SERVER_PORT: '0' });
  const port = await app.until(
    (lines) => /Tomcat started on port (\d+)/.exec(lines.join('\n'))?.[1],
    120_000,
  );
  return { app, url: `http://127.0.0.1:${port}/messages` };
}

const receivedBy = async (url: string) => (await (await fetch(url)).json()) as Received;

/** Waits until its listener has had all of these. */
const arrivedAt = (url: string, bodies: readonly string[]) =>
  eventually(
    async () => {
      const listened = await receivedBy(url);
      const there = new Set(listened.bodies);
      return { ...listened, missing: bodies.filter((body) => !there.has(body)) };
    },
    ({ missing }) => missing.length === 0,
  );

describe('the Spring Boot application', () => {
  let app: Program | undefined;
  let url: string;

  const received = () => receivedBy(url);
  const arrived = (bodies: readonly string[]) => arrivedAt(url, bodies);

  beforeAll(async () => {
    ({ app, url } = await springBoot());
  }, BUILD_MS);

  afterAll(async () => {
    await app?.end();
  });

  it('loses nothing that it accepted when the master is killed', async () => {
    const master = await findMaster();
    const load = new HttpLoad(url);
    let killed: number;
    try {
      await eventually(
        () => Promise.resolve(load.accepted().length),
        (n) => n >= 200,
      );
      process.kill(master.pid, 'SIGKILL');
      killed = performance.now();
      await eventually(
        () => Promise.resolve(load.accepted(killed).length),
        (n) => n >= 200,
      );
    } finally {
      await load.stop();
    }
    expect((await cluster.status()).master).not.toBe(master.name);
    expect(load.posted.filter(({ status }) => status !== 202 && status !== 503)).toEqual([]);
    const { bodies, received: count } = await arrived(load.accepted());
    expect(count).toBe(new Set(bodies).size);
  });

  it('takes a message once that is sent twice with the same key', async () => {
    const before = await received();
    expect((await post(url, 'paid', 'order 1')).status).toBe(202);
    expect((await post(url, 'paid', 'order 1')).status).toBe(202);
    const after = await eventually(received, (now) => now.duplicates > before.duplicates);
    expect(after.bodies.filter((body) => body === 'paid')).toHaveLength(1);
  });

  /** Takes quorum away, and gives it back when the work is done. */
  async function withoutQuorum(work: () => Promise<void>): Promise<void> {
    const slaves = (await healed(cluster)).nodes.filter((node) => node.role === 'slave');
    const names = slaves.map(({ name }) => name);
    expect((await cluster.run('stop', ...names, '--yes')).exitCode).toBe(0);
    try {
      await work();
    } finally {
      expect((await cluster.run('start', ...names)).exitCode).toBe(0);
    }
  }

  it('answers 503 while there is no quorum, and serves again after it', async () => {
    await withoutQuorum(async () => {
      expect((await post(url, 'nobody there')).status).toBe(503);
    });
    expect((await post(url, 'back again')).status).toBe(202);
    await arrived(['back again']);
  });

  it('ends on SIGTERM also while sends wait for a master', async () => {
    await withoutQuorum(async () => {
      const waiting = ['a', 'b', 'c'].map((body) => post(url, body));
      await new Promise((resolve) => setTimeout(resolve, 1000));
      expect(await app?.end(60_000)).toBe(143);
      expect(statuses(await Promise.allSettled(waiting))).not.toContain(202);
    });
  });
});

/** An example, and how many messages it sends: so many that all are at work before the first has done. */
type Sent = readonly [name: keyof typeof commands, count: number];

/** Those that can be run here. */
const EXAMPLES: readonly Sent[] = [
  ['Java', 2000],
  ...(python ? ([['Python', 3000]] as const) : []),
  ['Node', 3000],
];
const named = EXAMPLES.map(([name]) => name).join(', ');

/** Runs both commands of each example at once, and kills the master while all are at work. */
async function throughAKill(prefix: string): Promise<void> {
  const made: { example: readonly string[]; queue: string; count: number }[] = [];
  for (const [name, count] of EXAMPLES) {
    made.push({ example: await commands[name](), queue: `${prefix}.${name}`, count });
  }
  const master = await findMaster();
  const pairs = made.map(({ example, queue, count }) => ({
    ...{ count, queue },
    receiver: Program.start(cluster, [...example, 'receive', queue, String(count)]),
    sender: Program.start(cluster, [...example, 'send', queue, String(count)]),
  }));
  const programs = pairs.flatMap(({ receiver, sender }) => [receiver, sender]);
  try {
    const begun = pairs.map(({ sender }) =>
      sender.until((lines) => (lines.length > 0 ? true : undefined), 60_000),
    );
    await Promise.all(begun);
    process.kill(master.pid, 'SIGKILL');
    for (const { sender, count, queue } of pairs) {
      expect([queue, sender.lines.length < count]).toEqual([queue, true]);
    }
    await Promise.all(programs.map((program) => program.succeeds(100_000)));
  } finally {
    await Promise.all(programs.map((program) => program.end()));
  }
  expect((await cluster.status()).master).not.toBe(master.name);
  for (const { sender, receiver, count, queue } of pairs) {
    expect([queue, new Set(sender.lines).size]).toEqual([queue, count]);
    expect(receiver.lines.toSorted()).toEqual(sender.lines.toSorted());
  }
}

it(`${named} send and receive through a kill of the master`, { timeout: BUILD_MS }, () =>
  throughAKill('clear'),
);

describe('over TLS, with what `mqha env` prints', () => {
  beforeAll(async () => {
    await cluster.json('down');
    await cluster.edit((text) => text.replace(/^name:/m, 'tls: true\nname:'));
    await cluster.json('up');
  });

  it(`${named} send and receive through a kill of the master`, { timeout: BUILD_MS }, () =>
    throughAKill('tls'),
  );

  it('Spring Boot sends and receives', { timeout: BUILD_MS }, async () => {
    await healed(cluster);
    const { app, url } = await springBoot();
    try {
      const bodies = Array.from({ length: 20 }, (_, number) => `over TLS ${number}`);
      for (const body of bodies) expect((await post(url, body)).status).toBe(202);
      await arrivedAt(url, bodies);
    } finally {
      await app.end();
    }
  });
});
