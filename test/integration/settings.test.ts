import { readdir, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePorts } from '../../src/agents/local/ports.js';
import type { ClientSettings } from '../../src/clients/client-settings.js';
import type { StartResult } from '../../src/operations/start/start.js';
import type { ClusterStatus } from '../../src/observe/status.js';
import { TestCluster } from '../support/cluster.js';
import { receive, send } from '../support/messages.js';
import { stompSend } from '../support/stomp.js';

const MB = 1024 * 1024;

/** What a broker answers to these bytes, until it hangs up or has said what is waited for. */
function answerTo(port: number, bytes: Buffer | string, waitsFor = '\0'): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: 15_000 });
    let got = '';
    socket.setEncoding('latin1').on('data', (text: string) => {
      got += text;
      if (got.includes(waitsFor)) socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      resolve(got);
    });
    socket.on('timeout', () => {
      socket.destroy();
      reject(new Error(`nothing came of it: ${got}`));
    });
    socket.write(bytes);
  });
}

describe('a cluster with settings of its own', () => {
  let cluster: TestCluster;
  let settings: ClientSettings;
  let stompPort = 0;

  const indexOfMaster = async () => {
    const { master, nodes } = await cluster.status();
    return nodes.findIndex(({ name }) => name === master);
  };
  const masterPort = async () => stompPort + (await indexOfMaster());

  beforeAll(async () => {
    cluster = await TestCluster.make();
    [stompPort = 0] = await freePorts([3]);
    await cluster.edit(
      (text) =>
        `${text.replace('name: mq02,', 'name: mq02, broker: { store: { weight: 9 } },').replace('limits:\n', 'limits:\n  connections: 1500\n')}
broker:
  policies:
    - queue: orders.>
      memoryLimit: 16mb
      expireMessagesPeriod: 1s
      deadLetterStrategy: { kind: individual, queuePrefix: DLQ., useQueueForQueueMessages: true, processNonPersistent: true }
    - topic: prices.>
      subscriptionRecoveryPolicy: lastImage
      dispatchPolicy: roundRobin
  virtualDestinations:
    - compositeQueue: both
      forwardTo: [one, two]
  store: { weight: 1, logSize: 20mb, indexWriteBufferSize: 2mb, indexMaxOpenFiles: 200 }
  connectors:
    - { name: stomp, protocol: stomp, port: ${stompPort}, maxFrameSize: 1mb }
  scheduler: true
  log: { org.apache.activemq.broker.region: debug }
`,
    );
    settings = await cluster.json<ClientSettings>('env');
    expect((await cluster.json<StartResult>('up')).status).toMatchObject({
      state: 'serving',
      problems: [],
    });
  });

  afterAll(async () => {
    await cluster.remove();
  });

  it('takes messages at a port of its own, and forwards them as it is told', async () => {
    expect(await stompSend(settings, await masterPort(), 'both', Buffer.from('hello'))).toBe(
      'receipt',
    );
    expect(await receive(settings, 'one', 1)).toEqual(['hello']);
    expect(await receive(settings, 'two', 1)).toEqual(['hello']);
  });

  /** Sends a message with headers of its own. */
  const sendWith = async (destination: string, headers: string, body: string) => {
    const { username, password } = settings;
    const login = `CONNECT\naccept-version:1.2\nlogin:${username ?? ''}\npasscode:${password ?? ''}\n\n\0`;
    const message = `SEND\ndestination:${destination}\npersistent:true\nreceipt:1\n${headers}\n\n${body}\0`;
    expect(await answerTo(await masterPort(), login + message, 'RECEIPT')).toContain(
      'receipt-id:1',
    );
  };

  it('delivers later what is to be delivered later, and keeps it on its own disk', async () => {
    await sendWith('/queue/later', 'AMQ_SCHEDULED_DELAY:1500', 'patience');
    const { master } = await cluster.status();
    const own = join(cluster.directory, 'nodes', master ?? '', 'data', 'scheduler');
    expect(await readdir(own)).not.toEqual([]);
    expect(await receive(settings, 'later', 1)).toEqual(['patience']);
  });

  it('moves what has expired to a queue of dead letters', async () => {
    await sendWith('/queue/orders.new', `expires:${Date.now() + 1500}`, 'late');
    expect(await receive(settings, 'DLQ.orders.new', 1)).toEqual(['late']);
  });

  it('lets nobody in at that port whom the message port would not let in', async () => {
    const port = await masterPort();
    const wrong = { ...settings, password: 'wrong' };
    expect(await stompSend(wrong, port, 'one', Buffer.from('x'))).toMatch(/password|authenticat/i);
    expect(await answerTo(port, 'SEND\ndestination:/queue/one\n\nx\0')).not.toContain('RECEIPT');
    // It speaks STOMP alone.
    expect(await answerTo(port, Buffer.from('AMQP\x03\x01\x00\x00', 'latin1'))).toBe('');
    // Nobody sends a longer frame before it has authenticated.
    const long = `CONNECT\nlogin:${'x'.repeat(20_000)}\n\n\0`;
    expect(await answerTo(port, long)).not.toContain('CONNECTED');
    expect(await stompSend(settings, port, 'one', Buffer.alloc(2 * MB))).toMatch(/exceeded/);
  });

  it('writes what loggers were told to', async () => {
    const { master } = await cluster.status();
    const log = await readFile(cluster.log(master ?? ''), 'utf8');
    expect(log).toMatch(/\| DEBUG \| .* \| org\.apache\.activemq\.broker\.region\./);
    expect(log).not.toMatch(/\| DEBUG \| .* \| org\.apache\.activemq\.(?!broker\.region)/);
  });

  it('says which keys were edited since its brokers were started, and leaves them alone', async () => {
    const before = await cluster.status();
    const change = (from: string, to: string) => cluster.edit((text) => text.replace(from, to));
    await change('memoryLimit: 16mb', 'memoryLimit: 32mb');
    await change('weight: 9', 'weight: 8');
    const { started, status } = await cluster.json<StartResult>('up');
    expect(started).toEqual([]);
    const pids = ({ nodes }: ClusterStatus) => nodes.map(({ pid }) => pid);
    expect(pids(status)).toEqual(pids(before));
    const said = status.problems.map(({ code, node, message }) => [code, node, message]);
    expect(said).toHaveLength(3);
    expect(said[0]).toEqual(['restart-needed', 'mq01', expect.stringContaining('broker.policies')]);
    expect(said[1]?.[2]).toMatch(/broker\.policies.*broker\.store weight=9.*weight=8/);
    await change('memoryLimit: 32mb', 'memoryLimit: 16mb');
    await change('weight: 8', 'weight: 9');
    expect((await cluster.status()).problems).toEqual([]);
  });

  it('has the node of the highest weight take over, with several small log files', async () => {
    if ((await cluster.status()).master === 'mq02') await cluster.json('switchover', '--yes');
    const { master, nodes } = await cluster.status();
    expect(master).not.toBe('mq02');
    const other = nodes.map(({ name }) => name).find((name) => name !== master && name !== 'mq02');
    const refused = await cluster.run('switchover', '--to', other ?? '', '--yes');
    expect(refused.stderr).toContain('mq02 has the weight 9');
    const bodies = Array.from({ length: 50 }, (_, number) => `${number} `.padEnd(MB, 'x'));
    await send(settings, 'large', bodies);
    await cluster.json('kill', master ?? '', '--yes');
    expect(await receive(settings, 'large', bodies.length)).toEqual(bodies);
    expect((await cluster.status()).master).toBe('mq02');
  });
});
