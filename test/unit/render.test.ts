import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseStringPromise } from 'xml2js';
import { describe, expect, it } from 'vitest';
import { portTable, type InitOptions } from '../../src/config/defaults.js';
import { parseConfig } from '../../src/config/load.js';
import type { ClusterConfig } from '../../src/config/schema.js';
import { packageRoot } from '../../src/lib/package.js';
import { renderClusterFile } from '../../src/config/cluster-file.js';
import { renderCluster } from '../../src/stores/replicated-leveldb/render/rendered-files.js';
import { type RenderedFile } from '../../src/stores/rendered-file.js';
import { readBack } from '../../src/stores/replicated-leveldb/render/read-back.js';
import { renderTemplate } from '../../src/lib/templates.js';

const CREDENTIALS = {
  username: 'mqha-user',
  password: 'golden-password-0123456789',
  securityToken: 'golden-token-0123456789',
  zookeeperPassword: 'golden-zookeeper-0123456789',
};
const SECRETS = [CREDENTIALS.password, CREDENTIALS.securityToken, CREDENTIALS.zookeeperPassword];

const table = (options: Partial<InitOptions> = {}): Promise<ClusterConfig> =>
  portTable({ nodes: 3, ...options }, () => Promise.resolve(true));

const rendered = async (options: Partial<InitOptions> = {}) =>
  renderCluster(await table(options), CREDENTIALS);

function contentOf(files: readonly RenderedFile[], path: string): string {
  const file = files.find((candidate) => candidate.path === path);
  if (!file) throw new Error(`${path} was not rendered`);
  return file.content;
}

/** Compares with test/golden; MQHA_UPDATE_GOLDEN=1 writes it anew. */
function expectGolden(name: string, content: string): void {
  const path = join(packageRoot(), 'test', 'golden', `${name}.golden`);
  if (process.env.MQHA_UPDATE_GOLDEN === '1') {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  expect(content).toBe(readFileSync(path, 'utf8'));
}

describe('the rendered files', () => {
  it.each([
    'nodes/mq01/conf/activemq.xml',
    'nodes/mq01/conf/jetty.xml',
    'nodes/mq01/conf/credentials.properties',
    'nodes/mq01/conf/jetty-realm.properties',
    'nodes/mq01/conf/jolokia-access.xml',
    'nodes/mq01/conf/log4j.properties',
    'nodes/mq01/conf/replication-peers',
    'zookeeper/conf/zoo.cfg',
    'zookeeper/conf/log4j.properties',
  ])('are the golden ones: %s', async (path) => {
    expectGolden(path, contentOf(await rendered(), path));
  });

  it('name once where slaves may connect to: the addresses of mqha.yaml, and those of what runs', async () => {
    const config = await table();
    const [first] = config.nodes.map(({ replicationHost: host, replicationPort: port }) => ({
      host,
      port,
    }));
    if (!first) throw new Error('no node');
    const running = [first, { host: '127.0.0.9', port: 61_609 }];
    const files = renderCluster(config, CREDENTIALS, {}, running);
    for (const { name } of config.nodes) {
      const text = contentOf(files, `nodes/${name}/conf/replication-peers`);
      expect(text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual([
        '127.0.0.1:61600',
        '127.0.0.2:61600',
        '127.0.0.3:61600',
        '127.0.0.9:61609',
      ]);
    }
  });

  it('have the pages of the console where they are asked for, with a policy', async () => {
    const name = 'nodes/mq01/conf/jetty.xml';
    expect(contentOf(await rendered(), name)).not.toContain('webapps');
    const content = contentOf(await rendered({ console: true }), name);
    expect(content).toContain('${activemq.home}/webapps/admin');
    expectGolden(`${name}.console`, content);
  });

  it('are the golden ones: mqha.yaml, which reads back as what it was made of', async () => {
    const config = await table();
    const text = renderClusterFile(config);
    expectGolden('mqha.yaml', text);
    expect(parseConfig(text, 'mqha.yaml')).toEqual(config);
  });

  it('read back also with everything told otherwise', async () => {
    const config = await table({
      nodes: 5,
      name: 'other',
      zookeeper: 'zk1:2181,zk2:2182',
      zkPath: '/a/b',
      sync: 'quorum_disk',
      authentication: false,
      console: true,
      hosts: ['h1', 'h2', 'h3', 'h4', 'h5'],
    });
    const waiting = { ...config, store: { acks: 'quorum' as const } };
    expect(parseConfig(renderClusterFile(waiting), 'mqha.yaml')).toEqual(waiting);
    await readBack(config, renderCluster(config, CREDENTIALS));
  });

  it('are seven for each node and two for a managed ZooKeeper, none for an external one', async () => {
    expect(await rendered()).toHaveLength(3 * 7 + 2);
    const external = await rendered({ zookeeper: 'zk1:2181' });
    expect(external).toHaveLength(3 * 7);
    expect(external.map((file) => file.path).filter((p) => p.startsWith('zookeeper/'))).toEqual([]);
  });

  it('say in their first lines that they are rendered', async () => {
    for (const { path, content } of await rendered()) {
      expect(content.split('\n').slice(0, 2).join('\n'), path).toContain('Rendered by mqha');
    }
  });

  it('hold a secret only where they are marked secret', async () => {
    const files = await rendered();
    const holding = files.filter(({ content }) => SECRETS.some((s) => content.includes(s)));
    expect(holding.map((file) => file.path.replace(/^nodes\/mq0\d\/conf\//, ''))).toEqual(
      Array.from({ length: 3 }, () => ['credentials.properties', 'jetty-realm.properties']).flat(),
    );
    for (const { secret, path } of holding) expect(secret, path).toBe(true);
  });

  it('differ between nodes in what is their own, and in nothing that makes them one set', async () => {
    const files = await rendered();
    const store = (node: string) =>
      Object.fromEntries(
        [
          ...contentOf(files, `nodes/${node}/conf/activemq.xml`).matchAll(
            /(brokerName|replicas|zkPath|bind|hostname|container|uri)="([^"]*)"/g,
          ),
        ].map(([, key = '', value = '']) => [key, value]),
      );
    const { bind, hostname, container, uri, ...shared } = store('mq02');
    expect({ bind, hostname, container }).toEqual({
      bind: 'tcp://127.0.0.2:61600',
      hostname: '127.0.0.2',
      container: 'mq02',
    });
    expect(uri).toContain('auto+nio://127.0.0.1:60002?');
    expect(store('mq03')).toMatchObject(shared);
    expect(shared).toEqual({ brokerName: 'mqStore', replicas: '3', zkPath: '/activemq/mqstores' });
  });

  it('ask for no account with --no-auth', async () => {
    const files = await rendered({ authentication: false });
    const broker = contentOf(files, 'nodes/mq01/conf/activemq.xml');
    expect(broker).not.toContain('simpleAuthenticationPlugin');
    expect(contentOf(files, 'nodes/mq01/conf/jetty.xml')).toContain(
      'name="authenticate" value="false"',
    );
    const realm = contentOf(files, 'nodes/mq01/conf/jetty-realm.properties');
    expect(realm.split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);
    await readBack(await table({ authentication: false }), files);
    await expect(readBack(await table(), files)).rejects.toMatchObject({ code: 'render-mismatch' });
  });

  it('escape in XML whatever a value holds', async () => {
    const config = await table();
    const [node] = config.nodes;
    const name = `a"><evil b='&amp;`;
    const xml = renderTemplate('broker/activemq.xml', {
      cluster: { ...config, name },
      node,
      credentials: CREDENTIALS,
      connectorUri: 'nio://h:1?a=1&b=<2>',
      sessionTimeout: '2s',
    });
    const root = (await parseStringPromise(xml)) as {
      beans: { broker: { $: { brokerName: string }; transportConnectors: unknown }[] };
    };
    const [broker] = root.beans.broker;
    expect(broker?.$.brokerName).toBe(name);
    expect(JSON.stringify(broker?.transportConnectors)).toContain('nio://h:1?a=1&b=<2>');
    expect(xml).not.toContain('<evil');
  });

  it('are not rendered with a value missing', () => {
    expect(() => renderTemplate('zookeeper/zoo.cfg', {})).toThrow('server');
  });
});

describe('reading back', () => {
  it.each([
    ['activemq.xml', 'brokerName="mqStore"', 'brokerName="x"', 'brokerName is x, not mqStore'],
    ['activemq.xml', 'replicas="3"', 'replicas="5"', 'replicas is 5, not 3'],
    ['activemq.xml', 'sync="quorum_mem"', 'sync="local_mem"', 'sync is local_mem'],
    ['activemq.xml', 'tcp://127.0.0.2:61600', 'tcp://0.0.0.0:0', 'bind is tcp://0.0.0.0:0'],
    ['activemq.xml', ' hostname="127.0.0.2"', '', 'hostname is absent, not 127.0.0.2'],
    ['activemq.xml', 'container="mq02"', 'container="mq01"', 'container is mq01, not mq02'],
    ['activemq.xml', '127.0.0.1:2181', '127.0.0.1:2182', 'zkAddress is 127.0.0.1:2182'],
    ['activemq.xml', '/activemq/mqstores', '/x', 'zkPath is /x'],
    ['activemq.xml', 'Timeout="10s"', 'Timeout="2s"', 'zkSessionTimeout is 2s, not 10s'],
    ['activemq.xml', '${replication.securityToken}', '', 'securityToken is'],
    ['activemq.xml', '127.0.0.1:60002', '127.0.0.1:60001', 'the message port is'],
    ['activemq.xml', 'Errors="false"', 'Errors="true"', 'ignoreNoSpaceErrors is true'],
    ['activemq.xml', 'username="${activemq.username}"', '', 'the account is absent'],
    ['activemq.xml', 'Heap="25"', 'Heap="2"', 'memoryUsage is 2, not 25'],
    ['activemq.xml', 'limit="10240 mb"', 'limit="1 mb"', 'storeUsage is 1 mb, not 10240 mb'],
    ['activemq.xml', 'limit="1024 mb"', 'limit="1 mb"', 'tempUsage is 1 mb, not 1024 mb'],
    ['activemq.xml', '<replicatedLevelDB', '<kahaDB/><replicatedLevelDB', 'the store is kahaDB,'],
    ['activemq.xml', '</broker>', '', 'it is not XML'],
    ['jetty.xml', 'value="8162"', 'value="8161"', 'consolePort port is 8161, not 8162'],
    ['jetty.xml', 'value="127.0.0.1"', 'value="0.0.0.0"', 'consolePort host is 0.0.0.0'],
    ['jetty.xml', 'value="true"', 'value="false"', 'authenticate is false, not true'],
  ])('notices in %s that %j became %j', async (name, from, to, message) => {
    const config = await table();
    const files = renderCluster(config, CREDENTIALS);
    await readBack(config, files);
    const path = `nodes/mq02/conf/${name}`;
    expect(contentOf(files, path)).toContain(from);
    const changed = files.map((file) =>
      file.path === path ? { ...file, content: file.content.replace(from, () => to) } : file,
    );
    const error = await readBack(config, changed).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'render-mismatch', exitCode: 1 });
    expect((error as Error).message).toContain(path);
    expect((error as Error).message).toContain(message);
  });

  it('notices that a file is absent', async () => {
    const files = (await rendered()).filter((file) => !file.path.endsWith('mq03/conf/jetty.xml'));
    await expect(readBack(await table(), files)).rejects.toMatchObject({ code: 'render-mismatch' });
  });
});
