import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { readQueues } from '../../../src/clients/management/jolokia.js';
import type { ClientSettings } from '../../../src/clients/client-settings.js';
import { openCluster, thisHost } from '../../../src/state/cluster.js';
import type { SendResult } from '../../../src/messages/send.js';
import { packageRoot } from '../../../src/lib/package.js';
import { describe as describeEvent } from '../../../src/cli/output/reporter.js';
import { errorOf, made, mqha, unrendered } from '../rig.js';
import { peer, type Peer, type PeerOptions } from './peer.js';

/** A cluster whose second node seems to be master: nothing of it runs. */
async function served(options: PeerOptions = {}): Promise<{ directory: string; master: Peer }> {
  const directory = await made();
  const { config, account } = await openCluster(directory, thisHost({}));
  const { host, messagePort } = config.nodes[1] ?? { host: '', messagePort: 0 };
  const master = await peer({
    host,
    port: messagePort,
    ...(account ? { account } : {}),
    ...options,
  });
  return { directory, master };
}

describe('send', () => {
  it('says how many were sent, to whom, and by whom they were acknowledged', async () => {
    const { directory, master } = await served();
    const run = await mqha(['-C', directory, 'send', 'orders', 'hello', '--count', '3']);
    expect(run.stdout).toMatch(/^sent 3 messages to orders \(acknowledged by mq02\), in \d/);
    expect(run).toMatchObject({ status: 0, stderr: '' });
    expect(master.received).toMatchObject(
      Array.from({ length: 3 }, () => ({ body: 'hello', durable: true })),
    );
    const one = await mqha(['-C', directory, 'send', 'orders', '', '--json']);
    expect(JSON.parse(one.stdout)).toMatchObject({
      queue: 'orders',
      acknowledged: 1,
      sentAgain: 0,
      brokers: ['mq02'],
    });
    expect(master.received.at(-1)?.body).toBe('');
  });

  it('sends again what nobody knows of, with the same id', async () => {
    let number = 0;
    const { directory, master } = await served({
      answer: ({ delivery, connection }) => {
        if (++number === 2)
          (connection as unknown as { socket: { destroy(): void } }).socket.destroy();
        else delivery?.accept();
      },
    });
    const run = await mqha(['-C', directory, 'send', 'orders', '--size', '4', '--count', '3']);
    expect(run.stdout).toMatch(/, 1 sent again after a failover, in/);
    expect(master.received.map(({ body }) => String(body))).toEqual([
      '1 xx',
      '2 xx',
      '2 xx',
      '3 xx',
    ]);
    expect(new Set(master.received.map((message) => message.message_id)).size).toBe(3);
  });

  it('sends a file as one message: text as text, the rest as bytes', async () => {
    const { directory, master } = await served();
    writeFileSync(join(directory, 'text'), 'a\nb\n');
    writeFileSync(join(directory, 'bytes'), Buffer.from([0xff]));
    for (const file of ['text', 'bytes']) {
      const run = await mqha(['-C', directory, 'send', 'q', '--file', file], { cwd: directory });
      expect(run.status).toBe(0);
    }
    expect(master.received.map(({ body }) => body as unknown)).toMatchObject([
      'a\nb\n',
      { content: Buffer.from([0xff]) },
    ]);
  });

  it('keeps to a rate', async () => {
    const { directory } = await served();
    const began = performance.now();
    await mqha(['-C', directory, 'send', 'q', 'x', '--count', '6', '--rate', '20']);
    expect(performance.now() - began).toBeGreaterThan(240);
  });

  it('stops at what the broker refuses, and says why', async () => {
    const { directory } = await served({
      answer: ({ delivery }) => {
        delivery?.reject({ condition: 'amqp:not-allowed', description: 'not for you' });
      },
    });
    const run = await mqha(['-C', directory, 'send', 'q', 'x', '--json']);
    expect(run.status).toBe(1);
    expect(errorOf(run)).toMatchObject({ code: 'message-refused' });
    expect(errorOf(run).message).toContain('mq02 does not take message 1: rejected: not for you');
    expect((JSON.parse(run.stdout) as SendResult).acknowledged).toBe(0);
  });

  it('gives up where nobody serves, and says how the cluster is', async () => {
    const directory = await made();
    const run = await mqha(['-C', directory, 'send', 'q', 'x', '--timeout', '100ms', '--json']);
    expect(run.status).toBe(1);
    expect(errorOf(run)).toMatchObject({
      code: 'not-serving',
      message: 'nothing was sent: the cluster is stopped',
    });
  });

  it('says what a broker says that does not let it in', async () => {
    const { directory } = await served({ account: { username: 'a', password: 'b' } });
    const run = await mqha(['-C', directory, 'send', 'q', 'x', '--timeout', '500ms', '--json']);
    expect(errorOf(run)).toMatchObject({ code: 'client-refused' });
    expect(errorOf(run).message).toContain('mq02: Failed to authenticate');
  });

  it.each([
    [['q'], 'nothing to send'],
    [['q', 'x', '--stdin'], 'a body and --stdin cannot be given together'],
    [['q', '--file', 'f', '--size', '3'], '--file and --size cannot be given together'],
    [['q', 'x', '--property', 'a b=c'], '--property a b=c is no property'],
    [['q', 'x', '--property', 'JMSPriority=4'], 'names that begin with JMS are set by JMS itself'],
    [['--property', 'a=1', 'q', 'x', '--property', `b=${'x'.repeat(40_000)}`], '40003 bytes'],
    [['q', '--stdin', '--count', '2'], '--count cannot be given with --stdin'],
    [['q', 'x', '--count', '0'], '--count 0'],
    [['q', '--count', '100', '--size', '2'], '--size 2 has no room'],
    [['q', 'x', '--rate', '0'], '--rate 0'],
    [['q', 'x', '--rate', 'fast'], '--rate fast'],
    [['q', 'x', '--timeout', 'never'], '--timeout never'],
    [['a,b', 'x'], 'comma'],
    [['q', '--file', '/nowhere/f'], '--file cannot be read'],
    [['q', '--file', '/'], '--file cannot be read'],
    [[], 'missing required argument'],
  ])('refuses %j', async (args, message) => {
    const run = await mqha(['-C', await unrendered(), 'send', ...args, '--json']);
    expect(run).toMatchObject({ status: 2, stdout: '' });
    expect(errorOf(run)).toMatchObject({ code: 'usage' });
    expect(errorOf(run).message).toContain(message);
  });

  it('refuses what a broker cannot hold', async () => {
    const run = await mqha(['-C', await made(), 'send', 'q', '--size', '8388609', '--json']);
    expect(run.status).toBe(2);
    expect(errorOf(run)).toMatchObject({ code: 'message-too-large' });
    expect(errorOf(run).message).toContain('8388609 bytes, 8388608 at most');
  });

  it('tells of its progress', () => {
    const event = {
      type: 'sending',
      queue: 'q',
      sentAgain: 0,
      perSecond: 2,
      waitingMs: 0,
      why: undefined,
      plain: true,
    } as const;
    expect(describeEvent({ ...event, acknowledged: 0, total: 9, perSecond: 0 })).toMatchObject({
      text: 'sent 0 of 9 to q',
    });
    expect(describeEvent({ ...event, acknowledged: 5, total: 9 })).toEqual({
      text: 'sent 5 of 9 to q, 2/s, 2.0 s left',
      passing: true,
      quiet: false,
    });
    const waiting = { ...event, acknowledged: 5, total: undefined, sentAgain: 2, waitingMs: 2000 };
    expect(describeEvent({ ...waiting, plain: false })).toMatchObject({
      text: 'sent 5 to q, 2 again, 2/s; no acknowledgement for 2.0 s',
      quiet: true,
    });
    expect(describeEvent({ ...waiting, why: 'the store is full', plain: true })).toMatchObject({
      text: 'sent 5 to q, 2 again, 2/s; no acknowledgement for 2.0 s: the store is full',
    });
  });
});

describe('consume', () => {
  it('prints bodies, one a line, and says on stderr how many there were', async () => {
    const { directory, master } = await served({ queue: ['one', 'two'] });
    const run = await mqha(['-C', directory, 'consume', 'orders', '--timeout', '200ms']);
    expect(run).toMatchObject({ status: 0, stdout: 'one\ntwo\n' });
    expect(run.stderr).toContain('took 2 messages from orders (mq02)');
    expect(master.accepted).toEqual(['one', 'two']);
  });

  it('prints bodies as they are in a pipe, and no command of theirs to a terminal', async () => {
    const queue = ['\u001b[2J\u009ba\tb\u202ec', { body: Buffer.from([0x1b, 0x5b, 0x41]) }];
    for (const [terminal, stdout] of [
      [false, '\u001b[2J\u009ba\tb\u202ec\n\u001b[A\n'],
      [true, '\\x1b[2J\\x9ba\tb\\u202ec\n\\x1b[A\n'],
    ] as const) {
      const { directory } = await served({ queue });
      const args = ['-C', directory, 'consume', 'q', '--count', '2'];
      expect((await mqha(args, { terminal })).stdout).toBe(stdout);
    }
  });

  it('takes no more than it was told', async () => {
    const { directory, master } = await served({ queue: ['one', 'two', 'three'] });
    const run = await mqha(['-C', directory, 'consume', 'orders', '--count', '2']);
    expect(run.stdout).toBe('one\ntwo\n');
    expect(master.accepted).toEqual(['one', 'two']);
  });

  it('prints one document, in which bytes are base64', async () => {
    const { directory } = await served({
      queue: [{ message_id: 'i', body: 'a"b' }, { body: Buffer.from([255]) }],
    });
    const run = await mqha(['-C', directory, 'consume', 'q', '--timeout', '200ms', '--json']);
    expect(JSON.parse(run.stdout)).toMatchObject({
      queue: 'q',
      messages: [
        { id: 'i', body: 'a"b', redelivered: false, broker: 'mq02' },
        { id: null, body: null, base64: '/w==' },
      ],
      count: 2,
      brokers: ['mq02'],
    });
  });

  it.runIf(existsSync('/dev/full'))(
    'takes nothing that it could not write, and says so where that is a fault',
    async () => {
      const full = openSync('/dev/full', 'w');
      onTestFinished(() => {
        closeSync(full);
      });
      for (const json of [[], ['--json']]) {
        const { directory, master } = await served({ queue: ['one', 'two'] });
        const program = join(packageRoot(), 'bin', 'mqha.js');
        const args = [program, '-C', directory, 'consume', 'q', ...json];
        const noSpace = spawn(process.execPath, args, { stdio: ['ignore', full, 'pipe'] });
        let said = '';
        noSpace.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
        expect(await once(noSpace, 'close')).toEqual([1, null]);
        expect(said).toContain('no space left to write /dev/full');
        expect(master.accepted).toEqual([]);
      }
    },
  );

  it('takes nothing where nobody reads, and that is no fault', async () => {
    const { directory, master } = await served({ queue: ['one', 'two'] });
    const program = join(packageRoot(), 'bin', 'mqha.js');
    const child = spawn(process.execPath, [program, '-C', directory, 'consume', 'q']);
    child.stdout.destroy();
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    expect(await once(child, 'close')).toEqual([0, null]);
    // A slow machine is told that there is no master yet.
    expect(said).not.toContain('error:');
    expect(master.accepted).toEqual([]);
    expect(master.given()).toBe(2);
  });

  it('prints a document for an empty queue, too', async () => {
    const { directory } = await served();
    const run = await mqha(['-C', directory, 'consume', 'q', '--browse', '--json']);
    expect(JSON.parse(run.stdout)).toMatchObject({ queue: 'q', messages: [], count: 0 });
  });

  it.each([
    [['q', '--count', '0'], '--count 0'],
    [['q', '--timeout', '-1'], '--timeout'],
    [['q>'], 'wildcard'],
  ])('refuses %j', async (args, message) => {
    const run = await mqha(['-C', await unrendered(), 'consume', ...args, '--json']);
    expect(run).toMatchObject({ status: 2, stdout: '' });
    expect(errorOf(run).message).toContain(message);
  });
});

describe('queues', () => {
  it('says how the cluster is where no master serves', async () => {
    const run = await mqha(['-C', await made(), 'queues', '--json']);
    expect(run.status).toBe(1);
    expect(errorOf(run)).toMatchObject({
      code: 'not-serving',
      message: 'no master could be asked: the cluster is stopped',
    });
  });

  const answering = async (document: object): Promise<Server> => {
    const server = createServer((_request, response) => response.end(JSON.stringify(document)));
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    onTestFinished(() => {
      server.close();
    });
    return server;
  };

  const read = (server: Server) =>
    readQueues(
      { host: '127.0.0.1', port: (server.address() as AddressInfo).port, account: undefined },
      5000,
    );

  it('are read from the console, also where there is none', async () => {
    const counts = { QueueSize: 2, ConsumerCount: 1, EnqueueCount: 5, DequeueCount: 3 };
    const value = { 'org.apache.activemq:x=1': { Name: 'a:b', ...counts } };
    expect(await read(await answering({ status: 200, value }))).toEqual([
      { name: 'a:b', depth: 2, consumers: 1, enqueued: 5, dequeued: 3 },
    ]);
    expect(await read(await answering({ status: 404, error: 'none' }))).toEqual([]);
    await expect(read(await answering({ status: 500, error: 'broken' }))).rejects.toThrow('broken');
  });
});

describe('env --spring', () => {
  it('is YAML that says what the document says', async () => {
    const directory = await made();
    const settings = JSON.parse(
      (await mqha(['-C', directory, 'env', '--json', '--spring'])).stdout,
    ) as ClientSettings;
    const { stdout } = await mqha(['-C', directory, 'env', '--spring']);
    expect(parse(stdout)).toEqual({
      spring: {
        activemq: {
          'broker-url': settings.failoverUrl,
          user: settings.username,
          password: settings.password,
        },
      },
    });
  });

  it('has no account where there is none, and is not given with --shell', async () => {
    const directory = await made({ authentication: false });
    const { stdout } = await mqha(['-C', directory, 'env', '--spring']);
    expect(
      Object.keys((parse(stdout) as { spring: { activemq: object } }).spring.activemq),
    ).toEqual(['broker-url']);
    expect(await mqha(['-C', directory, 'env', '--spring', '--shell'])).toMatchObject({
      status: 2,
    });
  });
});
