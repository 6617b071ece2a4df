import { attributeOf, isHidden, valueOf, whereOf, type BrokerFile } from '../conf/broker-file.js';
import { DEFAULT_BIND, hostOf } from '../conf/listeners.js';
import { endpointsIn, isAny, isLoopback } from '../conf/uris.js';
import type { Finding } from '../finding.js';
import { byValue, differing, finding, quoted, type FileChecks } from './group.js';

/** How messages get to the other nodes: how many, when they count as sent, and by which port. */
export const replicationChecks: FileChecks = (files) => {
  const stored = files.filter(({ store }) => store);
  return [...replicas(stored), ...sync(stored), ...stored.flatMap(bind), ...token(stored)];
};

/** Where none is written (source: ElectingLevelDBStore). */
const DEFAULT_REPLICAS = '3';
const DEFAULT_SYNC = 'quorum_mem';

/** What the store knows; several may stand with commas between (source: MasterLevelDBStore.syncTo). */
const SYNC_WORDS = [
  'local_mem',
  'local_disk',
  'remote_mem',
  'remote_disk',
  'quorum_mem',
  'quorum_disk',
];

/** What a file says; undefined where that cannot be told. */
function said(file: BrokerFile, name: string, otherwise: string): string | undefined {
  return isHidden(file, file.store, name)
    ? undefined
    : (valueOf(file, file.store, name) ?? otherwise);
}

function replicas(files: readonly BrokerFile[]): Finding[] {
  const groups = byValue(files, (file) => said(file, 'replicas', DEFAULT_REPLICAS));
  const all = [...groups].flatMap(([value, [first]]) => {
    if (!first) return [];
    const at = whereOf(first.store, 'replicas');
    const written = attributeOf(first.store, 'replicas') ? '' : ', which is the default,';
    const number = /^\d{1,4}$/.test(value) ? Number(value) : Number.NaN;
    if (!(number >= 1))
      return [
        finding('replicas', 'fail', first, at, `replicas ${quoted(value)} is no number of nodes`),
      ];
    const findings: Finding[] = [];
    if (files.length > 1 && number !== files.length) {
      findings.push(
        finding(
          'replicas',
          'fail',
          first,
          at,
          `replicas ${number}${written} and ${files.length} files are two numbers of nodes: quorum is counted wrongly`,
        ),
      );
    }
    if (number % 2 === 0) {
      const quorum = number / 2 + 1;
      const survive = number - quorum;
      findings.push(
        survive === 0
          ? finding(
              'replicas',
              'fail',
              first,
              at,
              `replicas ${number} is even: quorum is ${quorum}, so no node may fail`,
            )
          : finding(
              'replicas',
              'warn',
              first,
              at,
              `replicas ${number} is even: quorum is ${quorum}, and no more nodes may fail than of ${number - 1}`,
            ),
      );
    } else if (number === 1) {
      findings.push(finding('replicas', 'warn', first, at, 'replicas 1: nothing is replicated'));
    }
    return findings;
  });
  return [...all, ...differing(groups, 'replicas', 'replicas')];
}

function sync(files: readonly BrokerFile[]): Finding[] {
  const groups = byValue(files, (file) => said(file, 'sync', DEFAULT_SYNC)?.toLowerCase());
  const all = [...groups].flatMap(([value, alike]) =>
    alike.flatMap((file) => {
      const at = whereOf(file.store, 'sync');
      const words = value.split(',').map((word) => word.trim());
      const unknown = words.find((word) => word !== '' && !SYNC_WORDS.includes(word));
      const waits = words.some(
        (word) => /^(quorum|remote)_/.test(word) && SYNC_WORDS.includes(word),
      );
      if (unknown !== undefined) {
        const acts = waits
          ? 'and is passed over'
          : 'and acts as local_mem, which loses acknowledged messages at a failover';
        return [
          finding(
            'sync',
            'fail',
            file,
            at,
            `sync ${quoted(unknown)} is no word that the store knows, ${acts}`,
          ),
        ];
      }
      if (waits) return [];
      return [
        finding(
          'sync',
          'warn',
          file,
          at,
          `sync ${quoted(value)} waits for no slave: a failover can lose acknowledged messages`,
        ),
      ];
    }),
  );
  return [...all, ...differing(groups, 'sync', 'sync')];
}

function bind(file: BrokerFile): Finding[] {
  const { store } = file;
  const at = whereOf(store, 'bind');
  if (!attributeOf(store, 'bind')) {
    return [
      finding(
        'bind',
        'warn',
        file,
        at,
        `no bind is written; it is ${DEFAULT_BIND} then, which is every address of the machine`,
      ),
    ];
  }
  const value = valueOf(file, store, 'bind');
  if (value === undefined) return hiddenPort(file);
  const [endpoint] = endpointsIn(value);
  if (!endpoint)
    return [
      finding('bind', 'fail', file, at, `bind ${quoted(value)} is no address (tcp://host:port)`),
    ];
  if (endpoint.port === undefined)
    return [finding('bind', 'fail', file, at, `bind ${quoted(value)} has no port`)];
  if (endpoint.port > 65_535)
    return [
      finding('bind', 'fail', file, at, `bind ${quoted(value)}: there is no port ${endpoint.port}`),
    ];
  if (endpoint.port === 0) {
    return [
      finding(
        'bind',
        'fail',
        file,
        at,
        `bind ${quoted(value)} has port 0: each master opens another port, which no firewall rule can name`,
      ),
    ];
  }
  const host = hostOf(file);
  if (isLoopback(endpoint.host) && host !== undefined && !isLoopback(host)) {
    return [
      finding(
        'bind',
        'fail',
        file,
        at,
        `bind ${quoted(value)} is loopback, and slaves are to connect to hostname ${quoted(host)}: from another machine they cannot`,
      ),
    ];
  }
  if (isAny(endpoint.host)) {
    return [
      finding(
        'bind',
        'warn',
        file,
        at,
        `bind ${quoted(value)} is every address of the machine: whoever is in any of its networks reaches the replication port`,
      ),
    ];
  }
  return [];
}

/** Of an address with a placeholder the end can be seen still. */
function hiddenPort(file: BrokerFile): Finding[] {
  const attribute = attributeOf(file.store, 'bind');
  if (!attribute?.value.endsWith(':0')) return [];
  return [
    finding(
      'bind',
      'fail',
      file,
      attribute.at,
      `bind ${quoted(attribute.value)} has port 0: each master opens another port, which no firewall rule can name`,
    ),
  ];
}

function token(files: readonly BrokerFile[]): Finding[] {
  const missing = files
    .filter(
      (file) =>
        !isHidden(file, file.store, 'securityToken') &&
        (valueOf(file, file.store, 'securityToken') ?? '') === '',
    )
    .map((file) => {
      const what = attributeOf(file.store, 'securityToken')
        ? 'the securityToken is empty'
        : 'no securityToken is written';
      return finding(
        'security-token',
        'fail',
        file,
        whereOf(file.store, 'securityToken'),
        `${what}: whoever reaches the replication port gets the store`,
      );
    });
  // Their values are told to nobody.
  const groups = byValue(files, (file) => valueOf(file, file.store, 'securityToken'));
  const [, ...others] = [...groups.values()];
  const [differing] = others.flat();
  if (!differing || missing.length > 0) return missing;
  const [first] = files;
  return [
    finding(
      'security-token',
      'fail',
      differing,
      whereOf(differing.store, 'securityToken'),
      `the securityToken is another than that of ${first?.file ?? ''}: no slave attaches`,
    ),
  ];
}
