import { describe, expect, it } from 'vitest';
import { identityOf } from '../../../src/certificates/identity.js';
import { tryOpen } from '../../../src/clients/amqp/try-open.js';
import { brokersOf } from '../../../src/clients/brokers.js';
import { letsIn, readQueues } from '../../../src/clients/management/jolokia.js';
import { askPort } from '../../../src/clients/probe.js';
import { layoutOf } from '../../../src/config/layout.js';
import type { Endpoint } from '../../../src/lib/dial.js';
import { Deadline } from '../../../src/lib/time.js';
import { isServing } from '../../../src/stores/replicated-leveldb/zookeeper/server.js';
import { ZooKeeperSession } from '../../../src/stores/replicated-leveldb/zookeeper/session.js';
import { Authority, LONG_AGO } from '../../support/certificates.js';
import { temporaryDirectory } from '../../support/temp.js';
import { greeting, isHello, noChildren } from '../fake-zookeeper.js';
import { config } from '../scenes.js';
import { inClear, secured, type Heard } from './tls-peer.js';

const HEADER = Buffer.from([0x41, 0x4d, 0x51, 0x50, 3, 1, 0, 0]);
const ACCOUNT = { username: 'mqha', password: 'do-not-tell' };

const ours = new Authority('ours');
const foreign = new Authority('foreign');
const identity = ours.identity();

/** Everything that mqha connects with, and whether it says that there is somebody who serves. */
const WAYS: Readonly<Record<string, (endpoint: Endpoint) => Promise<unknown>>> = {
  'the probe of a message port': (endpoint) => askPort(endpoint, 300),
  'an AMQP client': async (endpoint) => {
    const opened = await tryOpen(endpoint, ACCOUNT, Deadline.in(800));
    return opened.open;
  },
  'a question to Jolokia': (endpoint) => readQueues({ ...endpoint, account: ACCOUNT }, 800),
  'a question to ZooKeeper': (endpoint) => isServing(endpoint, Deadline.in(800)),
  'a session with ZooKeeper': async ({ host, port, tls }) => {
    const session = await ZooKeeperSession.open(
      { connect: `${host}:${port}`, tls },
      Deadline.in(800),
      ['fabric:do-not-tell'],
    );
    session.close();
  },
};

/** What no way may take for a broker of the cluster. */
const IMPOSTORS: readonly (readonly [what: string, said: RegExp, () => Promise<Heard>])[] = [
  [
    'a server with a certificate of another host',
    /none of this cluster.*does not match/,
    () => secured(ours, ours.certify({ hosts: ['192.0.2.1', 'localhost'] }), identity),
  ],
  [
    'a server with a certificate of another authority',
    /none of this cluster/,
    () => secured(ours, foreign.certify(), identity),
  ],
  [
    'a server whose certificate has expired',
    /none of this cluster.*expired/,
    () => secured(ours, ours.certify({ now: LONG_AGO }), identity),
  ],
  [
    'a server with the certificate of a client',
    /none of this cluster/,
    () => secured(ours, ours.certify({ purposes: ['client'] }), identity),
  ],
];

describe.each(Object.entries(WAYS))('%s', (_way, ask) => {
  it.each(IMPOSTORS)('refuses %s, and tells it nothing', async (_what, said, make) => {
    const { endpoint, said: heard } = await make();
    await expect(ask(endpoint)).rejects.toMatchObject({
      code: 'certificate-refused',
      message: expect.stringMatching(said) as string,
      hint: expect.stringContaining('mqha certs') as string,
    });
    expect(heard()).toBe('');
  });

  // What Java says of a certificate that it does not take, and OpenSSL of one that is missing or has expired.
  it.each([
    [42, 'bad certificate'],
    [45, 'certificate expired'],
    [46, 'certificate unknown'],
    [48, 'unknown ca'],
    [116, 'certificate required'],
  ])('says so where the server does not take our certificate: alert %i', async (alert, words) => {
    const { endpoint } = await inClear(identity, (socket) => {
      socket.end(Buffer.from([0x15, 3, 3, 0, 2, 2, alert]));
    });
    await expect(ask(endpoint)).rejects.toMatchObject({
      code: 'certificate-refused',
      message: expect.stringMatching(
        new RegExp(`does not take the certificate of mqha.*${words}`, 'i'),
      ) as string,
    });
  });

  it('says so where our certificate is missing', async () => {
    const tls = identityOf(layoutOf(temporaryDirectory()));
    await expect(ask({ host: '127.0.0.1', port: 9, tls })).rejects.toMatchObject({
      code: 'certificates-missing',
      hint: expect.stringContaining('mqha up') as string,
    });
  });

  it('says so where our certificate has ended, and connects nowhere', async () => {
    const layout = layoutOf(temporaryDirectory());
    ours.write(layout, ours.certify({ hosts: [], purposes: ['client'], now: LONG_AGO }));
    const { endpoint, said } = await secured(ours, ours.certify(), identity);
    await expect(ask({ ...endpoint, tls: identityOf(layout) })).rejects.toMatchObject({
      code: 'certificates-missing',
      message: expect.stringContaining('it expired at') as string,
      hint: expect.stringContaining('mqha certs renew') as string,
    });
    expect(said()).toBe('');
  });

  it('is done in time with a server that is silent in the handshake', async () => {
    const { endpoint } = await inClear(identity, () => undefined);
    const began = performance.now();
    const answer = await ask(endpoint).catch((error: unknown) => String(error));
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(String(answer)).toMatch(/^silent$|^false$|no answer/);
  });

  it('does not take a server in clear for one, and tells it no password', async () => {
    const clear = await inClear(identity, (socket) => {
      socket.end(Buffer.concat([HEADER, Buffer.from('Mode: standalone\n')]));
    });
    const answer = await ask(clear.endpoint).catch((error: unknown) => String(error));
    expect(String(answer)).not.toMatch(/serving|true|full/);
    expect(clear.said()).not.toContain('do-not-tell');
  });
});

describe('a server of the cluster', () => {
  it('is known by the probe of its message port', async () => {
    const mechanisms = Buffer.from([0, 0, 0, 16, 2, 1, 0, 0]);
    const { endpoint } = await secured(ours, ours.certify(), identity, (socket) => {
      socket.write(Buffer.concat([HEADER, mechanisms]));
    });
    expect(await askPort(endpoint)).toBe('serving');
  });

  it('is asked by HTTPS, with the account', async () => {
    const body = JSON.stringify({ status: 200, value: {} });
    const { endpoint, said } = await secured(ours, ours.certify(), identity, (socket) => {
      socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    });
    expect(await letsIn({ ...endpoint, account: ACCOUNT }, 1000)).toBe(true);
    expect(said()).toContain(`Origin: https://127.0.0.1:${endpoint.port}`);
    expect(said()).toContain('Authorization: Basic');
    expect(said()).toContain('Connection: close');
  });

  it('has sessions as a ZooKeeper, and answers whether it serves', async () => {
    const { endpoint } = await secured(ours, ours.certify(), identity, (socket, data) => {
      if (data.toString() === 'srvr') socket.end('Mode: standalone\n');
      else if (isHello(data)) socket.write(greeting());
      else socket.write(noChildren(data));
    });
    const { host, port, tls } = endpoint;
    const session = await ZooKeeperSession.open(
      { connect: `${host}:${port}`, tls },
      Deadline.in(2000),
    );
    expect(await session.group('/a', Deadline.in(2000))).toEqual({ exists: true, znodes: [] });
    session.close();
    expect(await isServing(endpoint, Deadline.in(2000))).toBe(true);
  });

  it('is refused on a port that hangs up in the handshake, as one that is full does', async () => {
    const { endpoint } = await inClear(identity, (socket) => socket.end());
    expect(await askPort(endpoint, 300)).toBe('refused');
  });
});

describe('the files of the certificate of mqha', () => {
  it('are missed before a client waits for a master', () => {
    const secure = { ...config, nodes: config.nodes.map((node) => ({ ...node, tls: true })) };
    const missing = identityOf(layoutOf(temporaryDirectory()));
    expect(() => brokersOf(secure, missing)).toThrow(
      /certificate of mqha cannot be used: .*mqha\.pem is missing/,
    );
    expect(brokersOf(config, missing).map(({ tls }) => tls)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('are read again once they have changed', async () => {
    const layout = layoutOf(temporaryDirectory());
    foreign.write(layout);
    const tls = identityOf(layout);
    const mechanisms = Buffer.from([0, 0, 0, 16, 2, 1, 0, 0]);
    const { endpoint } = await secured(ours, ours.certify(), tls, (socket) => {
      socket.write(Buffer.concat([HEADER, mechanisms]));
    });
    await expect(askPort(endpoint)).rejects.toMatchObject({ code: 'certificate-refused' });
    ours.write(layout);
    expect(await askPort(endpoint)).toBe('serving');
  });
});
