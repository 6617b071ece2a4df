import { parseDuration } from '../../config/units.js';
import { attributeOf, isHidden, valueOf, whereOf, type BrokerFile } from '../conf/broker-file.js';
import { hostOf } from '../conf/listeners.js';
import { isLoopback } from '../conf/uris.js';
import type { Finding } from '../finding.js';
import { byValue, differing, finding, quoted, type FileChecks } from './group.js';

/** By whom a master is elected, and for how long a node may be silent. */
export const zookeeperChecks: FileChecks = (files) => {
  const stored = files.filter(({ store }) => store);
  return [
    ...address(stored),
    ...path(stored),
    ...stored.flatMap(password),
    ...stored.flatMap(timeout),
  ];
};

/** Where none is written (source: ElectingLevelDBStore). */
const DEFAULT_ADDRESS = '127.0.0.1:2181';
const DEFAULT_PATH = '/default';
const DEFAULT_TIMEOUT = '2s';

/** ZooKeeper raises a shorter one to two ticks, and cuts a longer one to twenty; a tick is 2 s in its sample. */
const SHORT_MS = 4000;
const LONG_MS = 40_000;

function said(file: BrokerFile, name: string, otherwise: string): string | undefined {
  return isHidden(file, file.store, name)
    ? undefined
    : (valueOf(file, file.store, name) ?? otherwise);
}

/** The servers of a connect string, without its chroot. */
function serversOf(connect: string): string[] {
  return connect
    .replace(/\/.*$/, '')
    .split(',')
    .map((server) => server.trim().toLowerCase())
    .filter((server) => server !== '');
}

function address(files: readonly BrokerFile[]): Finding[] {
  const sorted = (connect: string) => [...serversOf(connect)].sort().join(',');
  const groups = byValue(files, (file) => {
    const value = said(file, 'zkAddress', DEFAULT_ADDRESS);
    return value === undefined ? undefined : sorted(value);
  });
  const hosts = new Set(
    files.map(hostOf).filter((host) => host !== undefined && !isLoopback(host)),
  );
  const all = [...groups].flatMap(([value, alike]) => {
    const [first] = alike;
    if (!first) return [];
    const at = whereOf(first.store, 'zkAddress');
    const servers = value.split(',').filter((server) => server !== '');
    const named = `zkAddress ${quoted(value)}${attributeOf(first.store, 'zkAddress') ? '' : ', which is the default,'}`;
    if (hosts.size > 1 && servers.some((server) => isLoopback(server.replace(/:\d+$/, '')))) {
      return [
        finding(
          'zookeeper-address',
          'fail',
          first,
          at,
          `${named} is of each machine itself, and the nodes are on several: each would elect itself`,
        ),
      ];
    }
    if (new Set(servers).size > 2) return [];
    const why =
      servers.length <= 1
        ? 'is one server: its end ends the service'
        : 'tolerates the end of none: two servers need both';
    return [finding('zookeeper-address', 'warn', first, at, `${named} ${why}`)];
  });
  return [...all, ...differing(groups, 'zookeeper-address', 'zkAddress')];
}

function path(files: readonly BrokerFile[]): Finding[] {
  const groups = byValue(files, (file) => said(file, 'zkPath', DEFAULT_PATH));
  const all = files.flatMap((file) => {
    const at = whereOf(file.store, 'zkPath');
    if (!attributeOf(file.store, 'zkPath')) {
      return [
        finding(
          'zookeeper-path',
          'warn',
          file,
          at,
          `no zkPath is written; it is ${DEFAULT_PATH} then, as of every cluster that writes none`,
        ),
      ];
    }
    const value = valueOf(file, file.store, 'zkPath');
    if (value === undefined || value.startsWith('/')) return [];
    return [
      finding('zookeeper-path', 'fail', file, at, `zkPath ${quoted(value)} does not begin with /`),
    ];
  });
  return [
    ...all,
    ...differing(
      groups,
      'zookeeper-path',
      'zkPath',
      'zkPath differs, so the nodes do not see each other',
    ),
  ];
}

function password(file: BrokerFile): Finding[] {
  if (
    isHidden(file, file.store, 'zkPassword') ||
    (valueOf(file, file.store, 'zkPassword') ?? '') !== ''
  )
    return [];
  return [
    finding(
      'zookeeper-password',
      'warn',
      file,
      whereOf(file.store, 'zkPassword'),
      'no zkPassword is written: whoever reaches ZooKeeper can say who is master',
    ),
  ];
}

function timeout(file: BrokerFile): Finding[] {
  const name = file.store?.attributes.has('zkSessionTmeout')
    ? 'zkSessionTmeout'
    : 'zkSessionTimeout';
  const value = said(file, name, DEFAULT_TIMEOUT);
  const ms = value === undefined || /^\d+$/.test(value) ? undefined : parseDuration(value);
  if (ms === undefined || (ms >= SHORT_MS && ms <= LONG_MS)) return [];
  const at = whereOf(file.store, name);
  const written = attributeOf(file.store, name)
    ? `${name} ${quoted(value ?? '')}`
    : `no ${name} is written; it is ${DEFAULT_TIMEOUT} then, and`;
  return [
    ms < SHORT_MS
      ? finding(
          'session-timeout',
          'warn',
          file,
          at,
          `${written} is short: a pause of the master of that length, as for a garbage collection, is a failover`,
        )
      : finding(
          'session-timeout',
          'warn',
          file,
          at,
          `${written} is longer than the 40 s to which a ZooKeeper with its stock tickTime cuts it`,
        ),
  ];
}
