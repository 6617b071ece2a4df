import { ZOOKEEPER } from '../../config/processes.js';
import type { ServiceSpec, Store } from '../store.js';
import { LogOfSlave } from './attachment.js';
import { brokerCommand } from './command.js';
import { ZooKeeperCoordination } from './coordination.js';
import { files } from './files.js';
import { attachedByLog } from './master-log.js';
import { readBack } from './render/read-back.js';
import { renderCluster } from './render/rendered-files.js';
import { limitsOf } from './zookeeper/limits.js';
import { isServing, zookeeperCommand } from './zookeeper/server.js';
import { ZooKeeperReader } from './zookeeper/reader.js';

/** ActiveMQ's replicatedLevelDB, coordinated by ZooKeeper. */
export const replicatedLevelDb: Store = {
  kind: 'replicated-leveldb',
  services: ({ zookeeper }, nodes) => {
    const brokers = nodes.map(({ name }): ServiceSpec => ({ name, kind: 'broker' }));
    return zookeeper.managed ? [{ name: ZOOKEEPER, kind: 'coordinator' }, ...brokers] : brokers;
  },
  command: ({ name, kind }, { config, clusterId, directories, mixed }, runtime) =>
    kind === 'broker'
      ? brokerCommand(config, clusterId, name, directories, runtime, { mixed })
      : zookeeperCommand(clusterId, directories, runtime),
  render: async (config, credentials, sizes, running) => {
    const rendered = renderCluster(config, credentials, sizes, running);
    await readBack(config, rendered, sizes);
    return rendered;
  },
  isCoordinatorServing: async ({ zookeeper: { servers, tls } }, identity, deadline) => {
    const [server] = servers;
    return (
      server !== undefined && isServing({ ...server, ...(tls ? { tls: identity } : {}) }, deadline)
    );
  },
  coordinatorLimits: ({ zookeeper: { servers, tls } }, identity, deadline) =>
    Promise.all(
      servers.map((server) => limitsOf({ ...server, ...(tls ? { tls: identity } : {}) }, deadline)),
    ),
  coordination: (settings, password, identity) => {
    const { connect, tls } = settings.zookeeper;
    const ensemble = { connect, ...(tls ? { tls: identity } : {}) };
    return new ZooKeeperCoordination(
      new ZooKeeperReader(ensemble, password),
      ensemble,
      settings,
      password,
    );
  },
  files,
  attachmentLog: (logDirectory, markOf) => new LogOfSlave(logDirectory, markOf),
  attachedByLog,
};
