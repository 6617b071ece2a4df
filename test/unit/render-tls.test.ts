import { expectGolden, GOLDEN_CREDENTIALS } from '../support/golden.js';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/load.js';
import type { Credentials, RenderedFile } from '../../src/stores/rendered-file.js';
import { brokerCommand } from '../../src/stores/replicated-leveldb/command.js';
import { readBack } from '../../src/stores/replicated-leveldb/render/read-back.js';
import { renderCluster } from '../../src/stores/replicated-leveldb/render/rendered-files.js';

const pem = (kind: string, text: string) =>
  `-----BEGIN ${kind}-----\n${text}\n-----END ${kind}-----\n`;
const certified = (name: string) => ({
  certificate: pem('CERTIFICATE', name),
  key: pem('PRIVATE KEY', `key-of-${name}`),
});

const CREDENTIALS: Credentials = {
  ...GOLDEN_CREDENTIALS,
  accounts: undefined,
  certificates: {
    clusterAuthority: pem('CERTIFICATE', 'cluster'),
    clientAuthority: pem('CERTIFICATE', 'client'),
    // mq02 is on another machine.
    nodes: { mq01: certified('mq01') },
    zookeeper: certified('zookeeper'),
  },
};

const configOf = (tls: string, zookeeper = "{ managed: true, connect: '127.0.0.1:2181' }") =>
  parseConfig(
    `replicas: 2
tls: ${tls}
zookeeper: ${zookeeper}
nodes:
  - { name: mq01, webPort: 8161, messagePort: 60001, replicationPort: 61600 }
  - { name: mq02, webPort: 8162, messagePort: 60002, replicationHost: 127.0.0.2, replicationPort: 61600 }
`,
    'mqha.yaml',
  );

const rendered = (tls = 'true', zookeeper?: string) =>
  renderCluster(configOf(tls, zookeeper), CREDENTIALS);

function contentOf(files: readonly RenderedFile[], path: string): string {
  const file = files.find((candidate) => candidate.path === path);
  if (!file) throw new Error(`${path} was not rendered`);
  return file.content;
}

const optionsOf = (files: readonly RenderedFile[]) => {
  const [, uri = ''] =
    /transportConnector name="clients" uri="([^"]*)"/.exec(
      contentOf(files, 'nodes/mq01/conf/activemq.xml'),
    ) ?? [];
  return { scheme: uri.split(':')[0], options: uri.split(/[?]|&amp;/) };
};

describe('the files of a cluster with TLS', () => {
  it.each(['nodes/mq01/conf/activemq.xml', 'nodes/mq01/conf/jetty.xml', 'zookeeper/conf/zoo.cfg'])(
    'are the golden ones: %s',
    async (path) => {
      const files = rendered();
      expectGolden(`${path}.tls`, contentOf(files, path));
      await readBack(configOf('true'), files);
    },
  );

  it('keep TLS 1.3 from those who may come without a certificate', () => {
    const optional = optionsOf(rendered());
    expect(optional.scheme).toBe('auto+nio+ssl');
    expect(optional.options.slice(-3)).toEqual([
      'wantClientAuth=true',
      'transport.wantClientAuth=true',
      'transport.enabledProtocols=TLSv1.2',
    ]);
    expect(optionsOf(rendered('{ clientCertificates: needed }')).options.slice(-3)).toEqual([
      'needClientAuth=true',
      'transport.needClientAuth=true',
      'transport.enabledProtocols=TLSv1.2,TLSv1.3',
    ]);
    expect(optionsOf(rendered('false')).options.join()).not.toMatch(/ClientAuth|Protocols/);
  });

  it('have a key and its certificate together, secret, and the authorities', () => {
    const files = rendered();
    const ofCertificates = files.filter(({ path }) => path.endsWith('.pem'));
    expect(ofCertificates.map(({ path, secret }) => `${path}${secret ? ' secret' : ''}`)).toEqual([
      'nodes/mq01/conf/tls.pem secret',
      'nodes/mq01/conf/cluster-ca.pem',
      'nodes/mq01/conf/client-ca.pem',
      'zookeeper/conf/tls.pem secret',
      'zookeeper/conf/cluster-ca.pem',
    ]);
    const { key, certificate } = certified('mq01');
    expect(contentOf(files, 'nodes/mq01/conf/tls.pem')).toBe(key + certificate);
    for (const { path, content, secret } of files) {
      if (!secret) expect(content, path).not.toContain('key-of-');
    }
  });

  it('leave an ensemble alone that is not managed, and say how brokers connect to it', () => {
    const argvOf = (zookeeper: string) =>
      brokerCommand(
        configOf('true', zookeeper),
        'id',
        'mq01',
        { base: '/c', conf: '/c/conf', data: '/c/data', log: '/c/log', tmp: '/c/tmp' },
        { java: 'java', home: '/h', classPath: [], jvmOptions: [] },
      ).argv.filter(
        (option) => option.startsWith('-Dzookeeper.') || option.startsWith('-Dmqha.tls'),
      );
    const external = "{ managed: false, connect: 'zk1:2181' }";
    expect(rendered('true', external).some(({ path }) => path.startsWith('zookeeper/'))).toBe(
      false,
    );
    expect(argvOf(external)).toEqual(['-Dzookeeper.sasl.client=false', '-Dmqha.tls=conf']);
    const secured = argvOf("{ managed: false, connect: 'zk1:2181', tls: true }");
    expect(secured).toContain('-Dzookeeper.client.secure=true');
    expect(secured).toEqual(argvOf("{ managed: true, connect: '127.0.0.1:2181' }"));
  });

  it.each([
    ['nodes/mq02/conf/activemq.xml', 'auto+nio+ssl', 'auto+nio', 'the message port is'],
    ['nodes/mq02/conf/activemq.xml', 'transport.wantClientAuth=true', '', 'the message port is'],
    ['nodes/mq02/conf/activemq.xml', 'withClients', 'amongMembers', 'whose certificates'],
    ['nodes/mq02/conf/jetty.xml', '<constructor-arg ref="consoleTls"/>', '', 'the encryption of'],
    ['nodes/mq02/conf/jetty.xml', 'amongMembers', 'none', 'the certificate of the console is none'],
    [
      'zookeeper/conf/zoo.cfg',
      'secureClientPort=',
      'clientPort=',
      'clientPort is 2181, not absent',
    ],
    ['zookeeper/conf/zoo.cfg', 'clientAuth=need', 'clientAuth=want', 'ssl.clientAuth is want'],
    ['zookeeper/conf/zoo.cfg', 'conf/cluster-ca.pem', 'conf/client-ca.pem', 'ssl.trustStore'],
  ])('are read back: in %s %j became %j', async (path, from, to, message) => {
    const files = rendered();
    expect(contentOf(files, path)).toContain(from);
    const changed = files.map((file) =>
      file.path === path ? { ...file, content: file.content.replace(from, () => to) } : file,
    );
    await expect(readBack(configOf('true'), changed)).rejects.toMatchObject({
      code: 'render-mismatch',
      message: expect.stringContaining(message) as string,
    });
    await expect(readBack(configOf('false'), files)).rejects.toMatchObject({
      code: 'render-mismatch',
    });
  });
});
