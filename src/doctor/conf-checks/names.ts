import { isHost } from '../../config/addresses.js';
import { attributeOf, isHidden, valueOf, whereOf, type BrokerFile } from '../conf/broker-file.js';
import { hostOf, onOneHost } from '../conf/listeners.js';
import { DEFAULT_BIND } from '../conf/listeners.js';
import { endpointsIn, isAny } from '../conf/uris.js';
import type { Finding } from '../finding.js';
import { byValue, finding, quoted, whoSays, type FileChecks } from './group.js';

/** What nodes are called, and where their stores are. */
export const nameChecks: FileChecks = (files) => {
  const stored = files.filter(({ store }) => store);
  return [
    ...brokerNames(stored),
    ...stored.flatMap(hostname),
    ...sameHostnames(stored),
    ...sharedDirectories(stored),
  ];
};

function brokerNames(files: readonly BrokerFile[]): Finding[] {
  const missing = files
    .filter(({ broker }) => !attributeOf(broker, 'brokerName'))
    .map((file) =>
      finding(
        'broker-names',
        'warn',
        file,
        file.broker?.at,
        'no brokerName is written; it is "localhost" then',
      ),
    );
  const groups = byValue(files, (file) =>
    isHidden(file, file.broker, 'brokerName')
      ? undefined
      : (valueOf(file, file.broker, 'brokerName') ?? 'localhost'),
  );
  const [, ...others] = [...groups.values()];
  const [first] = others.flat();
  if (!first) return missing;
  const message = `the brokerNames differ: ${whoSays(groups)}`;
  return [
    ...missing,
    finding('broker-names', 'fail', first, whereOf(first.broker, 'brokerName'), message),
  ];
}

function hostname(file: BrokerFile): Finding[] {
  const { store } = file;
  if (!attributeOf(store, 'hostname')) {
    return [finding('hostname-missing', 'warn', file, store?.at, 'no hostname is written')];
  }
  const host = hostOf(file);
  if (host === undefined || (isHost(host) && !isAny(host))) return [];
  const why = isAny(host)
    ? 'is every address, and none that a slave can connect to'
    : host.includes('_')
      ? 'has an underscore, which no host name has: java.net.URI reads no host in it'
      : 'is no host name and no IPv4 address';
  return [
    finding(
      'hostname-invalid',
      'fail',
      file,
      whereOf(store, 'hostname'),
      `hostname ${quoted(host)} ${why}`,
    ),
  ];
}

function sameHostnames(files: readonly BrokerFile[]): Finding[] {
  return [...byValue(files, hostOf)].flatMap(([host, alike]) =>
    alike.slice(1).flatMap((file, index) => {
      const same = alike
        .slice(0, index + 1)
        .find((other) => replicationPort(other) === replicationPort(file));
      const other = same ?? alike[0];
      const where = whereOf(file.store, 'hostname');
      const text = `hostname ${quoted(host)} is that of ${other?.file ?? ''} as well`;
      return same
        ? [
            finding(
              'hostname-twice',
              'fail',
              file,
              where,
              `${text}, with the same replication port`,
            ),
          ]
        : [
            finding(
              'hostname-twice',
              'warn',
              file,
              where,
              `${text}: one machine, whose end ends both nodes`,
              'Put the nodes on machines of their own, where the service is to outlive one.',
            ),
          ];
    }),
  );
}

function replicationPort(file: BrokerFile): number | undefined {
  const bind = attributeOf(file.store, 'bind') ? valueOf(file, file.store, 'bind') : DEFAULT_BIND;
  return bind === undefined ? undefined : endpointsIn(bind)[0]?.port;
}

function sharedDirectories(files: readonly BrokerFile[]): Finding[] {
  return [...byValue(files, (file) => valueOf(file, file.store, 'directory'))].flatMap(
    ([directory, alike]) =>
      alike.slice(1).flatMap((file, index) => {
        // A path that does not begin with / is one of the working directory of each process.
        const other = directory.startsWith('/')
          ? alike.slice(0, index + 1).find((one) => onOneHost(one, file))
          : undefined;
        return other
          ? [
              finding(
                'directory-shared',
                'fail',
                file,
                whereOf(file.store, 'directory'),
                `directory ${quoted(directory)} is that of ${other.file} as well`,
              ),
            ]
          : [];
      }),
  );
}
