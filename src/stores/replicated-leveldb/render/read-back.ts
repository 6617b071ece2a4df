import { parseStringPromise } from 'xml2js';
import type { ClusterConfig, NodeConfig } from '../../../config/schema.js';
import { MqhaError } from '../../../lib/errors.js';
import { everybodyOf, rightsEntries, type RightsEntry } from '../../accounts.js';
import type { RenderedFile } from '../../rendered-file.js';
import { timespan } from '../../../config/units.js';
import { CLUSTER, OWN } from '../../../certificates/files.js';
import { storeAttributes } from '../../../config/broker/config.js';
import { children, shapesOf, shapesRead, type Element } from './elements.js';
import { connectorUri, furtherConnectors } from './rendered-files.js';

const only = (element: Element | undefined, name: string): Element | undefined => {
  const found = children(element, name);
  return found.length === 1 ? found[0] : undefined;
};

const descend = (element: Element | undefined, ...path: string[]): Element | undefined =>
  path.reduce(only, element);

type Expectation = readonly [what: string, got: string | undefined, wanted: string | undefined];

/**
 * Parses each rendered XML file again and compares what it says with the configuration, so that a
 * broken template cannot reach a broker.
 * @throws MqhaError `render-mismatch` that names the file and every value that differs
 */
export async function readBack(
  config: ClusterConfig,
  files: readonly RenderedFile[],
  sizes: Readonly<Record<string, number>> = {},
): Promise<void> {
  for (const node of config.nodes) {
    const own = { ...config, replicas: sizes[node.name] ?? config.replicas };
    for (const [name, expectations] of [
      ['activemq.xml', brokerExpectations],
      ['jetty.xml', consoleExpectations],
    ] as const) {
      const path = `nodes/${node.name}/conf/${name}`;
      const file = files.find((candidate) => candidate.path === path);
      const root = await parse(path, file?.content ?? '');
      compare(path, expectations(own, node, root));
    }
  }
  if (config.zookeeper.managed) readServerBack(config, files);
}

/** The file of the managed ZooKeeper: whether it lets in whom it shall. */
function readServerBack({ zookeeper }: ClusterConfig, files: readonly RenderedFile[]): void {
  const path = 'zookeeper/conf/zoo.cfg';
  const content = files.find((candidate) => candidate.path === path)?.content ?? '';
  const said = new Map(
    [...content.matchAll(/^([^#=\s]+)=(.*)$/gm)].map(([, key = '', value = '']) => [key, value]),
  );
  const [server] = zookeeper.servers;
  const port = server && String(server.port);
  const [clear, secure] = zookeeper.tls ? [undefined, port] : [port, undefined];
  const ofTls = (value: string) => (zookeeper.tls ? value : undefined);
  compare(path, [
    ['clientPort', said.get('clientPort'), clear],
    ['secureClientPort', said.get('secureClientPort'), secure],
    ['ssl.clientAuth', said.get('ssl.clientAuth'), ofTls('need')],
    ['ssl.keyStore.location', said.get('ssl.keyStore.location'), ofTls(`conf/${OWN}`)],
    ['ssl.trustStore.location', said.get('ssl.trustStore.location'), ofTls(`conf/${CLUSTER}`)],
  ]);
}

/** @throws MqhaError `render-mismatch` */
function compare(path: string, expectations: readonly Expectation[]): void {
  const wrong = expectations.filter(([, got, wanted]) => got !== wanted);
  if (wrong.length === 0) return;
  throw mismatch(
    path,
    wrong
      .map(([what, got, wanted]) => `${what} is ${got ?? 'absent'}, not ${wanted ?? 'absent'}`)
      .join('; '),
  );
}

async function parse(path: string, content: string): Promise<Element> {
  try {
    return ((await parseStringPromise(content)) as { beans?: Element }).beans ?? {};
  } catch (error) {
    throw mismatch(path, `it is not XML: ${error instanceof Error ? error.message : ''}`);
  }
}

function mismatch(path: string, detail: string): MqhaError {
  return new MqhaError(
    'render-mismatch',
    `the rendered ${path} does not say what mqha.yaml says: ${detail}`,
    {
      hint: 'A template of mqha was changed or is damaged; install mqha again.',
    },
  );
}

function brokerExpectations(
  config: ClusterConfig,
  node: NodeConfig,
  beans: Element,
): Expectation[] {
  const broker = only(beans, 'broker');
  const adapter = only(broker, 'persistenceAdapter');
  const store = only(adapter, 'replicatedLevelDB')?.$ ?? {};
  const stores = Object.keys(adapter ?? {}).filter((key) => key !== '$');
  const [connector, ...further] = children(
    descend(broker, 'transportConnectors'),
    'transportConnector',
  ).map(({ $ }) => $);
  const usage = descend(broker, 'systemUsage', 'systemUsage');
  const limit = (name: string) => descend(usage, name, name)?.$;
  const plugins = only(broker, 'plugins');
  const rights = children(
    descend(plugins, 'authorizationPlugin', 'map', 'authorizationMap', 'authorizationEntries'),
    'authorizationEntry',
  );
  const temporary = descend(
    plugins,
    'authorizationPlugin',
    'map',
    'authorizationMap',
    'tempDestinationAuthorizationEntry',
    'tempDestinationAuthorizationEntry',
  )?.$;
  const authenticated = config.authentication === 'generated';
  const policies = descend(broker, 'destinationPolicy', 'policyMap', 'policyEntries');
  const wantedPolicies = config.broker.policies.map(({ entry }) => entry);
  const virtual = descend(
    broker,
    'destinationInterceptors',
    'virtualDestinationInterceptor',
    'virtualDestinations',
  );
  const wantedVirtual = config.broker.virtualDestinations.map(({ entry }) => entry);
  return [
    ['brokerName', broker?.$?.brokerName, config.name],
    ['the store', stores.join(','), 'replicatedLevelDB'],
    ['replicas', store.replicas, String(config.replicas)],
    ['sync', store.sync, config.sync],
    ['bind', store.bind, `tcp://${node.replicationHost}:${node.replicationPort}`],
    ['hostname', store.hostname, node.replicationHost],
    ['container', store.container, node.name],
    ['zkAddress', store.zkAddress, config.zookeeper.connect],
    ['zkPath', store.zkPath, config.zookeeper.path],
    ['zkSessionTimeout', store.zkSessionTimeout, timespan(config.zookeeper.sessionTimeoutMs)],
    ['verifyChecksums', store.verifyChecksums, 'true'],
    ['paranoidChecks', store.paranoidChecks, 'true'],
    ...storeAttributes(config.broker, node.broker).map(([name, value]): Expectation => [
      name,
      store[name],
      value,
    ]),
    ['the policies', shapesRead(policies, wantedPolicies), shapesOf(wantedPolicies)],
    ['the virtual destinations', shapesRead(virtual, wantedVirtual), shapesOf(wantedVirtual)],
    ['securityToken', store.securityToken, '${replication.securityToken}'],
    [
      'zkPassword',
      store.zkPassword,
      config.zookeeper.authentication === 'generated' ? '${zookeeper.password}' : undefined,
    ],
    ['the message port', connector?.uri, connectorUri(config, node)],
    [
      'the ports beside it',
      JSON.stringify(further),
      JSON.stringify(furtherConnectors(config, node)),
    ],
    [
      'whether messages may be delayed',
      broker?.$?.schedulerSupport,
      String(config.broker.scheduler),
    ],
    [
      'whose certificates the message port takes',
      descend(broker, 'sslContext', 'bean', 'property', 'bean')?.$?.['factory-method'],
      config.tls ? 'withClients' : undefined,
    ],
    [
      'ignoreNoSpaceErrors',
      descend(broker, 'ioExceptionHandler', 'defaultIOExceptionHandler')?.$?.ignoreNoSpaceErrors,
      'false',
    ],
    [
      'the temp store',
      descend(broker, 'tempDataStore', 'bean')?.$?.class,
      'org.apache.activemq.store.kahadb.plist.PListStoreImpl',
    ],
    [
      'who comes in',
      only(plugins, 'jaasAuthenticationPlugin')?.$?.configuration,
      authenticated ? 'mqha' : undefined,
    ],
    [
      'who may do what',
      JSON.stringify(rights.map(({ $ }) => $ ?? {})),
      JSON.stringify(authenticated ? rightsEntries(config).map(attributesOf) : []),
    ],
    [
      'who uses temporary destinations',
      temporary?.write,
      authenticated ? everybodyOf(config).join(',') : undefined,
    ],
    ['memoryUsage', limit('memoryUsage')?.percentOfJvmHeap, String(config.limits.memoryPercent)],
    ['storeUsage', limit('storeUsage')?.limit, `${config.limits.storeMb} mb`],
    ['tempUsage', limit('tempUsage')?.limit, `${config.limits.tempMb} mb`],
  ];
}

const attributesOf = ({ kind, name, read, write, admin }: RightsEntry) => ({
  [kind]: name,
  read,
  write,
  admin,
});

function consoleExpectations(
  config: ClusterConfig,
  node: NodeConfig,
  beans: Element,
): Expectation[] {
  const bean = (id: string) => children(beans, 'bean').find((candidate) => candidate.$?.id === id);
  const property = (owner: Element | undefined, name: string) =>
    children(owner, 'property').find((candidate) => candidate.$?.name === name);
  const mapping = descend(property(bean('consoleSecurity'), 'constraintMappings'), 'list', 'bean');
  const constraint = only(property(mapping, 'constraint'), 'bean');
  return [
    ...['consolePort', 'consoleConnector'].flatMap((id): Expectation[] => [
      [`${id} host`, property(bean(id), 'host')?.$?.value, node.host],
      [`${id} port`, property(bean(id), 'port')?.$?.value, String(node.webPort)],
    ]),
    [
      'the encryption of the console',
      children(bean('consoleConnector'), 'constructor-arg')
        .map(({ $ }) => $?.ref)
        .join(),
      config.tls ? 'consoleServer,consoleTls' : 'consoleServer',
    ],
    [
      'the certificate of the console',
      only(property(bean('consoleTls'), 'sslContext'), 'bean')?.$?.['factory-method'],
      config.tls ? 'amongMembers' : undefined,
    ],
    [
      'authenticate',
      property(constraint, 'authenticate')?.$?.value,
      String(config.authentication === 'generated'),
    ],
  ];
}
