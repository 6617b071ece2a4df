import {
  DEFAULT_HOST,
  DEFAULT_NAME,
  DEFAULT_NODES,
  DEFAULT_SYNC,
  DEFAULT_ZK_PATH,
  FIRST_PORTS,
  MAX_NODES,
  SYNC_MODES,
} from '../../config/default-values.js';
import { argument, command, flag, option, without } from '../definition.js';
import { numberFrom, wholeNumber } from '../options.js';

/** The default is said, not given: what a person wrote is told apart from it. */
const port = (description: string, first: number) =>
  option('<port>', description, { parse: wholeNumber, defaultText: String(first) });

export const init = command({
  name: 'init',
  group: 'make',
  summary: 'write mqha.yaml and render every node’s files',
  details:
    'Writes `mqha.yaml` and renders every node’s files. Refuses a directory that already holds a cluster. Ports count up from the given ones; the replication port does not where every node can have a loopback address of its own.',
  arguments: { directory: argument('[dir]', { offer: 'directory' }) },
  options: {
    nodes: option('<n>', `how many brokers, 1 to ${MAX_NODES}`, {
      parse: numberFrom(1, MAX_NODES, `A cluster has 1 to ${MAX_NODES} nodes.`),
      default: DEFAULT_NODES,
    }),
    name: option('<name>', 'the brokerName, the same on every node', {
      defaultText: DEFAULT_NAME,
    }),
    webPort: port('web port of the first node; the others count up', FIRST_PORTS.web),
    messagePort: port('message port of the first node; the others count up', FIRST_PORTS.message),
    replicationPort: port('replication port of every node', FIRST_PORTS.replication),
    host: option('<host>', 'one host for all nodes, or one for each, separated by commas', {
      defaultText: DEFAULT_HOST,
    }),
    zookeeper: option('<servers>', 'an ensemble that exists: host:port,host:port…[/chroot]'),
    zookeeperPort: port('port of the managed ZooKeeper', FIRST_PORTS.zookeeper),
    zkPath: option('<path>', 'znode of the cluster', { defaultText: DEFAULT_ZK_PATH }),
    sync: option('<mode>', 'quorum_mem, quorum_disk, local_mem or local_disk', {
      defaultText: DEFAULT_SYNC,
      offer: SYNC_MODES,
    }),
    auth: without('no accounts: clients and console are anonymous'),
    tls: flag('every link is encrypted, by certificates of authorities of its own'),
    insecureNetwork: flag('addresses off loopback, where passwords and messages go in clear text'),
    console: flag('the master serves the pages of the web console'),
    supervisor: without('leave no supervisor; ZooKeeper sessions are short then'),
  },
  examples: [
    { command: 'mqha init --nodes 3', does: 'a cluster of three in this directory' },
    {
      command: 'mqha init shop --zookeeper zk1:2181,zk2:2181,zk3:2181 --zk-path /shop',
      does: 'one that an ensemble of your own coordinates',
    },
  ],
});
