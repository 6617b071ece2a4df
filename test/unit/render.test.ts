import { expectGolden, GOLDEN_CREDENTIALS } from '../support/golden.js';
import { parseStringPromise } from 'xml2js';
import { describe, expect, it } from 'vitest';
import { portTable, type InitOptions } from '../../src/config/defaults.js';
import { parseConfig } from '../../src/config/load.js';
import type { ClusterConfig } from '../../src/config/schema.js';
import { renderClusterFile } from '../../src/config/cluster-file.js';
import {
  propertyValue,
  renderCluster,
} from '../../src/stores/replicated-leveldb/render/rendered-files.js';
import { type Credentials, type RenderedFile } from '../../src/stores/rendered-file.js';
import { rightsEntries } from '../../src/stores/accounts.js';
import { readBack } from '../../src/stores/replicated-leveldb/render/read-back.js';
import { renderTemplate } from '../../src/lib/templates.js';

const CREDENTIALS: Credentials = {
  ...GOLDEN_CREDENTIALS,
  accounts: {
    ...GOLDEN_CREDENTIALS.accounts,
    'console.pages': { password: 'golden-pages-0123456789' },
    orders: { password: 'golden-orders-0123456789' },
  },
};
const SECRETS = [
  CREDENTIALS.password,
  CREDENTIALS.securityToken,
  CREDENTIALS.zookeeperPassword,
  ...Object.values(CREDENTIALS.accounts ?? {}).map(({ password }) => password),
];

const table = (options: Partial<InitOptions> = {}): Promise<ClusterConfig> =>
  portTable({ nodes: 3, ...options }, () => Promise.resolve(true));

const rendered = async (options: Partial<InitOptions> = {}) =>
  renderCluster(await table(options), CREDENTIALS);

function contentOf(files: readonly RenderedFile[], path: string): string {
  const file = files.find((candidate) => candidate.path === path);
  if (!file) throw new Error(`${path} was not rendered`);
  return file.content;
}

/** What a file of properties says, without its comments. */
const linesOf = (files: readonly RenderedFile[], name: string) =>
  contentOf(files, `nodes/mq01/conf/${name}`)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));

describe('the rendered files', () => {
  it.each([
    'nodes/mq01/conf/activemq.xml',
    'nodes/mq01/conf/jetty.xml',
    'nodes/mq01/conf/credentials.properties',
    'nodes/mq01/conf/login.config',
    'nodes/mq01/conf/users.properties',
    'nodes/mq01/conf/users-before.properties',
    'nodes/mq01/conf/console-users.properties',
    'nodes/mq01/conf/console-users-before.properties',
    'nodes/mq01/conf/groups.properties',
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

  it('are twelve for each node and two for a managed ZooKeeper, none for an external one', async () => {
    expect(await rendered()).toHaveLength(3 * 12 + 2);
    const external = await rendered({ zookeeper: 'zk1:2181' });
    expect(external).toHaveLength(3 * 12);
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
      Array.from({ length: 3 }, () => [
        'credentials.properties',
        'users.properties',
        'console-users.properties',
      ]).flat(),
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
    expect(broker).not.toContain('Plugin');
    expect(contentOf(files, 'nodes/mq01/conf/jetty.xml')).toContain(
      'name="authenticate" value="false"',
    );
    // A broker that asked for accounts when it was started reads them on.
    expect(linesOf(files, 'users.properties')).toEqual(
      linesOf(await rendered(), 'users.properties'),
    );
    await readBack(await table({ authentication: false }), files);
    await expect(readBack(await table(), files)).rejects.toMatchObject({ code: 'render-mismatch' });
  });

  it('say who is let in where, who may do what, and which passwords count beside others', async () => {
    const config = parseConfig(
      `replicas: 1
zookeeper: { managed: true, connect: '127.0.0.1:2181' }
console: true
users:
  - name: orders
    console: true
    read: [orders.>, topic://prices.*]
    write: [orders.>]
    create: [orders.>]
    admin: [orders.old.>]
nodes: [{ name: mq01, webPort: 8161, messagePort: 60001, replicationPort: 61600 }]
`,
      'mqha.yaml',
    );
    const rotating: Credentials = {
      ...CREDENTIALS,
      next: 'mqha-next',
      accounts: { ...CREDENTIALS.accounts, app: { password: 'app-now', previous: 'app-before' } },
    };
    const files = renderCluster(config, rotating);
    await readBack(config, files);
    expect(linesOf(files, 'users.properties')).toEqual([
      'mqha=mqha-next',
      'app=app-now',
      'console.pages=golden-pages-0123456789',
      'orders=golden-orders-0123456789',
    ]);
    expect(linesOf(files, 'users-before.properties')).toEqual([
      `mqha=${CREDENTIALS.password}`,
      'app=app-before',
    ]);
    expect(linesOf(files, 'console-users.properties')).toEqual([
      'mqha=mqha-next',
      'console=golden-console-0123456789',
      'orders=golden-orders-0123456789',
    ]);
    expect(linesOf(files, 'groups.properties').slice(-3)).toEqual([
      'mqha.admin=mqha',
      'orders.admin=orders',
      'console.user=mqha,console,orders',
    ]);
    const entries = rightsEntries(config).map(({ kind, name, ...rights }) => ({
      [`${kind}://${name}`]: rights,
    }));
    const everybody = 'mqha,app,console.pages,orders';
    expect(entries.slice(2)).toEqual([
      { 'topic://ActiveMQ.Advisory.>': { read: '', write: '', admin: everybody } },
      { 'topic://ActiveMQ.Advisory.TempQueue': { read: everybody, write: '', admin: '' } },
      { 'topic://ActiveMQ.Advisory.TempTopic': { read: everybody, write: '', admin: '' } },
      { 'queue://orders.>': { read: 'orders', write: 'orders', admin: 'orders' } },
      { 'topic://prices.*': { read: 'orders', write: '', admin: '' } },
      { 'queue://orders.old.>': { read: '', write: '', admin: 'orders,orders.admin' } },
    ]);
    expect(contentOf(files, 'nodes/mq01/conf/credentials.properties')).toContain(
      'activemq.username=console.pages\nactivemq.password=golden-pages-0123456789\n',
    );
  });

  it('hold a password of any characters as Java reads it', () => {
    expect(propertyValue('aZ0-_')).toBe('aZ0-_');
    expect(propertyValue('a b=\\#é€😀')).toBe(
      'a\\u0020b\\u003d\\u005c\\u0023\\u00e9\\u20ac\\ud83d\\ude00',
    );
  });

  it('escape in XML whatever a value holds', async () => {
    const config = await table();
    const [node] = config.nodes;
    const name = `a"><evil b='&amp;`;
    const xml = renderTemplate('broker/activemq.xml', {
      cluster: { ...config, name },
      node,
      credentials: CREDENTIALS,
      rights: rightsEntries(config),
      everybody: 'mqha,app',
      connectorUri: 'nio://h:1?a=1&b=<2>',
      sessionTimeout: '2s',
      own: config.broker,
      connectors: [],
      policiesFor: new Set(),
      removesInactive: false,
      storeAttributes: [],
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
    expect(() => renderTemplate('zookeeper/zoo.cfg', { tls: false })).toThrow('server');
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
    ['activemq.xml', 'configuration="mqha"', '', 'who comes in is absent'],
    ['activemq.xml', 'admin="mqha.admin,', 'admin="', 'who may do what is'],
    ['activemq.xml', 'write="mqha,app" admin="mqha,app"/', '/', 'temporary destinations is absent'],
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
