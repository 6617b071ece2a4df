import { rename } from 'node:fs/promises';
import { connect as connectInClear, type Socket } from 'node:net';
import { connect, createSecureContext, type ConnectionOptions } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certificatePaths, type CertifiedKey } from '../../src/certificates/files.js';
import { newCertificate } from '../../src/certificates/issue.js';
import { tryOpen } from '../../src/clients/amqp/try-open.js';
import type { ClientSettings } from '../../src/clients/client-settings.js';
import { letsIn } from '../../src/clients/management/jolokia.js';
import { replicationEndpoint } from '../../src/config/endpoints.js';
import { layoutOf } from '../../src/config/layout.js';
import type { DrillResult } from '../../src/drill/result.js';
import type { Endpoint, TlsIdentity } from '../../src/lib/dial.js';
import { Deadline } from '../../src/lib/time.js';
import type { RenewResult } from '../../src/operations/certificates/renew.js';
import type { Queues } from '../../src/messages/queues.js';
import { isServing } from '../../src/stores/replicated-leveldb/zookeeper/server.js';
import { ZooKeeperSession } from '../../src/stores/replicated-leveldb/zookeeper/session.js';
import { Authority, identityAt, pairAt } from '../support/certificates.js';
import { errorIn, startedCluster, type TestCluster } from '../support/cluster.js';
import { clientOf, receiveUntil, send } from '../support/messages.js';
import { Load } from '../support/load.js';
import { healed, pidIn } from '../support/watched.js';

const LIMIT_MS = 5000;
/** For what is refused: mqha tries again until then. */
const REFUSED_MS = 700;
/** What a record of TLS begins with that says why there is no connection (RFC 8446, 5.1). */
const ALERT = 0x15;

let cluster: TestCluster;
let settings: ClientSettings;

beforeAll(async () => {
  ({ cluster, settings } = await startedCluster(['--tls']));
});

afterAll(async () => {
  await cluster.remove();
});

const pki = () => certificatePaths(layoutOf(cluster.directory));
/** Who trusts the brokers of this cluster, and shows something, or nothing. */
const identityWith = (shown: CertifiedKey | undefined) =>
  identityAt(layoutOf(cluster.directory), shown);

/** Strangers by what they show. */
function strangers(): Readonly<Record<string, TlsIdentity>> {
  const { clientAuthority } = pki();
  const subject = { commonName: 'app', hosts: [], purposes: ['client'] as const };
  return {
    'without a certificate': identityWith(undefined),
    'with one of another authority': identityWith(new Authority().certify()),
    'with one of an application': identityWith(
      newCertificate(subject, pairAt(clientAuthority), new Date()),
    ),
  };
}

describe('a cluster with every link encrypted', () => {
  it('serves, and its commands work', async () => {
    const status = await healed(cluster);
    expect(status.failoverUrl).toMatch(/^failover:\(ssl:\/\/\S+,ssl:\/\/\S+,ssl:\/\/\S+\)$/);
    expect(status.nodes.filter(({ attached }) => attached)).toHaveLength(2);
    expect((await cluster.run('send', 'orders', 'one', '--count', '3')).exitCode).toBe(0);
    const { queues } = await cluster.json<Queues>('queues');
    expect(queues).toMatchObject([{ name: 'orders', depth: 3, in: 3 }]);
    expect((await cluster.run('consume', 'orders', '--count', '3')).stdout).toBe('one\none\none');
    expect((await cluster.run('check')).stdout).toMatch(/^OK: .*attached 2\/2$/);
  });

  it('lets applications in with what `mqha env` prints', async () => {
    expect(settings).toMatchObject({
      tls: { authority: pki().clusterAuthority.certificate, certificate: null, key: null },
    });
    await send(settings, 'settings', ['last']);
    expect(await receiveUntil(settings, 'settings', 'last')).toEqual(['last']);
  });

  it('loses nothing with its master, nor do JMS clients', { timeout: 180_000 }, async () => {
    const before = await cluster.status();
    const load = new Load(clientOf(settings), 'load');
    try {
      expect(await load.flows(10_000)).toBe(true);
      process.kill(pidIn(before, before.master), 'SIGKILL');
      expect(await load.newLink(Date.now(), 30_000)).toBeDefined();
    } finally {
      await load.stop();
    }
    const last = load.acknowledged.at(-1) ?? '';
    const received = new Set(await receiveUntil(settings, 'load', last));
    expect(load.acknowledged.filter((body) => !received.has(body))).toEqual([]);
    expect((await healed(cluster)).master).not.toBe(before.master);
    const drilled = await cluster.run(
      ...['drill', '--scenario', 'kill-master', '--workload', 'transactions', '--rounds', '1'],
      ...['--duration', '2s', '--supervisor', 'with', '--yes', '--json'],
    );
    expect(drilled.stderr).not.toContain('error:');
    const { verdict } = JSON.parse(drilled.stdout) as DrillResult;
    expect([drilled.exitCode, verdict]).toEqual([0, 'passed']);
  });
});

/** What comes of a connection that is made and asks something. */
function heard(socket: Socket, ask: Buffer): Promise<'answered' | 'closed' | 'silent'> {
  return new Promise((resolve) => {
    let outcome: 'answered' | 'closed' | 'silent' = 'closed';
    const timer = setTimeout(() => {
      outcome = 'silent';
      socket.destroy();
    }, LIMIT_MS);
    socket.on('error', () => undefined);
    socket.on('data', (data: Buffer) => {
      // To who speaks no TLS the answer is an alert.
      if (data[0] !== ALERT) outcome = 'answered';
      socket.destroy();
    });
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(outcome);
    });
    socket.write(ask);
  });
}

/** What comes of a connection over TLS, whoever the server is. */
function heardOver(
  { host, port }: Endpoint,
  identity: TlsIdentity,
  ask: Buffer,
  options: ConnectionOptions = {},
): Promise<'answered' | 'closed' | 'silent'> {
  const secureContext = identity.context();
  return heard(connect({ host, port, secureContext, ...options }), ask);
}

describe('strangers', () => {
  const UNKNOWN = Buffer.from('LevelDB Store Replication v1:login\n{}\0');
  const AMQP = Buffer.from([0x41, 0x4d, 0x51, 0x50, 3, 1, 0, 0]);

  /** The ports of the master, and of ZooKeeper. */
  async function ports() {
    const { master } = await cluster.status();
    const { config } = await cluster.open();
    const node = config.nodes.find(({ name }) => name === master);
    const [zookeeper] = config.zookeeper.servers;
    if (!node || !zookeeper) throw new Error('nobody serves');
    const { host } = node;
    return {
      message: { host, port: node.messagePort },
      web: { host, port: node.webPort },
      replication: replicationEndpoint(node),
      zookeeper,
    };
  }

  it('are no members: replication and ZooKeeper know the cluster alone', async () => {
    const { replication, zookeeper } = await ports();
    const connectTo = `${zookeeper.host}:${zookeeper.port}`;
    for (const [who, tls] of Object.entries(strangers())) {
      expect([who, await heardOver(replication, tls, UNKNOWN)]).toEqual([who, 'closed']);
      const opened = ZooKeeperSession.open({ connect: connectTo, tls }, Deadline.in(REFUSED_MS));
      await expect(opened, who).rejects.toThrow(/ZooKeeper|certificate/);
    }
    expect(await heard(connectInClear(replication), UNKNOWN)).not.toBe('answered');
    const opened = ZooKeeperSession.open({ connect: connectTo }, Deadline.in(REFUSED_MS));
    await expect(opened).rejects.toMatchObject({ code: 'zookeeper-unreachable' });
    expect(await isServing(zookeeper, Deadline.in(REFUSED_MS))).toBe(false);
    // Whoever belongs there is answered, so it is the certificate that counts.
    const member = identityWith(pairAt(pki().node('mq01')));
    expect(await heardOver(replication, member, UNKNOWN)).toBe('answered');
    const session = await ZooKeeperSession.open(
      { connect: connectTo, tls: member },
      Deadline.in(LIMIT_MS),
    );
    session.close();
  });

  it('are no clients: in clear, with a foreign certificate, and over TLS 1.3', async () => {
    const { message, web } = await ports();
    const { username, password } = settings;
    const account = { username: username ?? '', password: password ?? '' };
    const {
      'without a certificate': bare,
      'with one of another authority': foreign,
      'with one of an application': application,
    } = strangers();
    if (!bare || !foreign || !application) throw new Error('no strangers');
    expect(await heard(connectInClear(message), AMQP)).not.toBe('answered');
    expect(await heardOver(message, foreign, AMQP)).toBe('closed');
    const newest = { minVersion: 'TLSv1.3' } as const;
    const context = createSecureContext({ ...newest, ca: [] });
    expect(await heardOver(message, { context: () => context }, AMQP, newest)).toBe('closed');
    for (const tls of [bare, application]) {
      const deadline = Deadline.in(LIMIT_MS);
      expect(await tryOpen({ ...message, tls }, account, deadline)).toEqual({ open: true });
      const wrong = { ...account, password: 'wrong' };
      expect(await tryOpen({ ...message, tls }, wrong, deadline)).toMatchObject({ open: false });
    }
    const plain = Buffer.from('GET /api/jolokia/ HTTP/1.1\r\nHost: a\r\n\r\n');
    expect(await heard(connectInClear(web), plain)).not.toBe('answered');
    expect(await letsIn({ ...web, tls: bare, account }, LIMIT_MS)).toBe(false);
  });
});

describe('without its certificate', () => {
  it('mqha says so, ends nobody, and goes on once it is there again', async () => {
    const { mqha } = pki();
    const aside = `${mqha.key}.aside`;
    const before = await cluster.status();
    await rename(mqha.key, aside);
    try {
      const status = await cluster.status();
      expect(status.problems.map(({ code }) => code)).toContain('certificates-missing');
      for (const command of [['send', 'orders', 'x'], ['consume', 'orders'], ['queues']]) {
        const { exitCode, stderr } = await cluster.run(...command, '--json');
        expect([command, exitCode, errorIn(stderr).code]).toEqual([
          command,
          1,
          'certificates-missing',
        ]);
      }
    } finally {
      await rename(aside, mqha.key);
    }
    const after = await cluster.status();
    expect(after.state).toBe('serving');
    expect(after.nodes.map(({ pid }) => pid)).toEqual(before.nodes.map(({ pid }) => pid));
  });
});

describe('renewed', () => {
  /** The certificate that a server shows. */
  function shownAt({ host, port }: Endpoint): Promise<string> {
    const secureContext = identityWith(pairAt(pki().mqha)).context();
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port, secureContext }, () => {
        resolve(socket.getPeerCertificate().fingerprint256);
        socket.destroy();
      });
      socket.on('error', reject);
    });
  }

  it(
    'its certificates are others, and clients need one, without a loss',
    { timeout: 240_000 },
    async () => {
      await cluster.edit((text) =>
        text.replace('tls: true', 'tls: { clientCertificates: needed }'),
      );
      expect((await cluster.run('certs', 'client', 'app')).exitCode).toBe(0);
      const application = await cluster.json<ClientSettings>('env');
      expect(application.tls?.key).toBe(pki().client('app').key);
      const { config } = await cluster.open();
      const [zookeeper] = config.zookeeper.servers;
      if (!zookeeper) throw new Error('no ZooKeeper');
      const [zookeeperPid, shown] = [await cluster.pidOf('zookeeper'), await shownAt(zookeeper)];
      const before = await cluster.status();
      const port = ({ master, nodes }: typeof before): Endpoint => {
        const node = nodes.find(({ name }) => name === master);
        return { host: node?.host ?? '', port: node?.messagePort ?? 0 };
      };
      const shownByMaster = await shownAt(port(before));
      const load = new Load(clientOf(application), 'renewed', { pauseMs: 5 });
      try {
        expect(await load.flows(10_000)).toBe(true);
        const renewed = await cluster.json<RenewResult>('certs', 'renew', '--yes');
        expect([...renewed.renewed].sort()).toEqual(['mq01', 'mq02', 'mq03', 'mqha', 'zookeeper']);
        expect([...renewed.restarted].sort()).toEqual(['mq01', 'mq02', 'mq03']);
      } finally {
        await load.stop();
      }
      const after = await healed(cluster);
      expect(await shownAt(port(after))).not.toBe(shownByMaster);
      expect(await shownAt(zookeeper)).not.toBe(shown);
      expect(await cluster.pidOf('zookeeper')).toBe(zookeeperPid);
      const account = { username: settings.username ?? '', password: settings.password ?? '' };
      for (const [shows, open] of [
        [undefined, false],
        [pairAt(pki().client('app')), true],
      ] as const) {
        const endpoint = { ...port(after), tls: identityWith(shows) };
        const opened = await tryOpen(endpoint, account, Deadline.in(LIMIT_MS));
        expect(opened.open).toBe(open);
      }
      const last = load.acknowledged.at(-1) ?? '';
      const received = new Set(await receiveUntil(application, 'renewed', last));
      expect(load.acknowledged.filter((body) => !received.has(body))).toEqual([]);
    },
  );
});
