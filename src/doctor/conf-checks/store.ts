import { closest, distance } from 'fastest-levenshtein';
import { below, isTrue, whereOf, type BrokerFile } from '../conf/broker-file.js';
import type { Finding } from '../finding.js';
import { finding, quoted, type FileChecks } from './group.js';

/** The store on disk of each node, and what is kept beside it. */
export const storeChecks: FileChecks = (files) =>
  files.flatMap((file) => [
    ...beside(file),
    ...(file.store ? [...attributes(file), ...onDisk(file)] : []),
  ]);

/** Those of 5.16 (source: activemq.xsd in activemq-spring 5.16.7), and of XML itself. */
const KNOWN = new Set(
  `asyncBufferSize bind brokerName brokerService connectUrl container directory failoverProducersAuditDepth flushDelay
   hostname indexBlockRestartInterval indexBlockSize indexCacheSize indexCompression indexFactory indexMaxOpenFiles
   indexWriteBufferSize lockKeepAlivePeriod locker logCompression logSize maxFailoverProducersToTrack monitorStats
   paranoidChecks replicas scheduledThreadPoolExecutor securityToken stopOnError sync usageManager useLock verifyChecksums
   weight zkAddress zkPassword zkPath zkSessionTimeout id xmlns`.split(/\s+/),
);

/** So many letters may be wrong in a name that is taken for another. */
const SLIPS = 2;

function attributes(file: BrokerFile): Finding[] {
  return [...(file.store?.attributes ?? [])].flatMap(([name, { at }]) => {
    if (KNOWN.has(name)) return [];
    if (name === 'zkSessionTmeout') {
      return [
        finding(
          'store-attribute',
          'fail',
          file,
          at,
          'zkSessionTmeout is the name that 5.9 and 5.10 have; from 5.11 on a broker does not start with it',
          'Write zkSessionTimeout where you run 5.11 or later.',
        ),
      ];
    }
    const near = closest(name, [...KNOWN]);
    const meant =
      distance(name.toLowerCase(), near.toLowerCase()) <= SLIPS ? `; did you mean ${near}?` : '';
    return [
      finding(
        'store-attribute',
        'fail',
        file,
        at,
        `${quoted(name)} is no attribute of replicatedLevelDB${meant}`,
      ),
    ];
  });
}

function onDisk(file: BrokerFile): Finding[] {
  const { store, broker } = file;
  const off = ['verifyChecksums', 'paranoidChecks'].filter(
    (name) => !store?.attributes.has(name) || isTrue(file, store, name) === false,
  );
  const handlers = [
    ...below(broker, 'defaultIOExceptionHandler'),
    ...below(broker, 'ioExceptionHandler'),
    ...below(broker, 'bean'),
  ];
  const ends = handlers.some((handler) => isTrue(file, handler, 'ignoreNoSpaceErrors') === false);
  return [
    ...(off.length === 0
      ? []
      : [
          finding(
            'store-unchecked',
            'warn',
            file,
            whereOf(store, off[0] ?? ''),
            `${off.join(' and ')} ${off.length === 1 ? 'is' : 'are'} off: damage of the disk is not seen, or passed over`,
          ),
        ]),
    ...(ends
      ? []
      : [
          finding(
            'disk-errors',
            'warn',
            file,
            broker?.at,
            'a master whose disk is full stays elected, and serves nobody',
          ),
        ]),
    ...(below(broker, 'tempDataStore').length > 0
      ? []
      : [
          finding(
            'temp-store',
            'warn',
            file,
            broker?.at,
            'no tempDataStore is written: the replicated store is that of what is not persistent as well',
          ),
        ]),
  ];
}

function beside(file: BrokerFile): Finding[] {
  const { broker } = file;
  return [
    ...(isTrue(file, broker, 'persistent') === false
      ? [
          finding(
            'not-persistent',
            'fail',
            file,
            whereOf(broker, 'persistent'),
            'persistent is false: no message is stored, and none replicated',
          ),
        ]
      : []),
    ...(isTrue(file, broker, 'schedulerSupport') === true
      ? [
          finding(
            'scheduler',
            'warn',
            file,
            whereOf(broker, 'schedulerSupport'),
            'schedulerSupport is true: a scheduled message is on the one node that took it, and not delivered after a failover',
          ),
        ]
      : []),
  ];
}
