import * as z from 'zod';
import { port } from '../addresses.js';
import { DEFAULT_LOG_MB } from '../limit-values.js';
import type { StoreSettings } from './config.js';
import { attributesOf, bytes, count, duration, durationMs, flag, size } from './fields.js';

const MB = 1024 * 1024;

const weight = count(0, 1_000_000).optional();

/** A key that is refused with its reason, which a person could take for one that was forgotten. */
const owned = (why: string) => z.never({ error: why }).optional();

const says = (key: string) => owned(`is what \`${key}\` of mqha.yaml says; set that`);

/** `broker.store`: attributes of ActiveMQ's `replicatedLevelDB`. */
export const storeSettings = z.strictObject({
  weight,
  logSize: size('16mb', '500mb').optional(),
  indexWriteBufferSize: size('64kb', '256mb').optional(),
  indexCacheSize: size('1mb', '1gb').optional(),
  indexBlockSize: size('1kb', '1mb').optional(),
  indexBlockRestartInterval: count(1, 1024).optional(),
  indexMaxOpenFiles: count(64, 100_000).optional(),
  indexCompression: z
    .enum(['snappy', 'none'], {
      error: (i) => `${JSON.stringify(i.input)} is neither "snappy" nor "none"`,
    })
    .optional(),
  asyncBufferSize: size('64kb', '64mb').optional(),
  flushDelay: duration.optional(),
  monitorStats: flag.optional(),
  failoverProducersAuditDepth: count(0, 1_000_000).optional(),
  maxFailoverProducersToTrack: count(0, 1_000_000).optional(),

  directory: owned(
    'is in the directory of the node: mqha checks the store there before each start',
  ),
  replicas: says('replicas'),
  sync: says('sync'),
  bind: says('nodes[].replicationHost, .replicationPort'),
  hostname: says('nodes[].replicationHost'),
  container: says('nodes[].name'),
  brokerName: says('name'),
  zkAddress: says('zookeeper.connect'),
  zkPath: says('zookeeper.path'),
  zkPassword: owned('is generated, and kept in .mqha/credentials.json'),
  zkSessionTimeout: says('zookeeper.sessionTimeout'),
  securityToken: owned('is generated, and kept in .mqha/credentials.json'),
  verifyChecksums: owned('is always true: else a damaged message is delivered'),
  paranoidChecks: owned('is always true: else the index leaves out what it cannot read'),
  indexFactory: owned('is the native LevelDB, which mqha installs and checks'),
  logCompression: owned(
    'stays as the store has it: what mqha checks in a log before a start is made for that',
  ),
  stopOnError: owned('is mqha’s: a broker that cannot continue ends, and another is elected'),
  useLock: owned('is mqha’s: a data directory is locked before a broker starts'),
  locker: owned('is mqha’s: a data directory is locked before a broker starts'),
  lockKeepAlivePeriod: owned('is mqha’s: a data directory is locked before a broker starts'),
});

/** `nodes[].broker`: what a node has otherwise. */
export const nodeBroker = z.strictObject({
  store: z.strictObject({ weight }).default({}),
  /** By the name of a connector. */
  ports: z.record(z.string(), port).default({}),
});

const ATTRIBUTES = {
  weight: String,
  logSize: bytes,
  indexWriteBufferSize: bytes,
  indexCacheSize: bytes,
  indexBlockSize: bytes,
  indexBlockRestartInterval: String,
  indexMaxOpenFiles: String,
  indexCompression: String,
  asyncBufferSize: bytes,
  flushDelay: durationMs,
  monitorStats: String,
  failoverProducersAuditDepth: String,
  maxFailoverProducersToTrack: String,
};

export function completeStoreSettings(file: z.infer<typeof storeSettings>): StoreSettings {
  const logSize = file.logSize === undefined ? undefined : Number(bytes(file.logSize));
  return {
    attributes: attributesOf(file, ATTRIBUTES),
    logMb: logSize === undefined ? DEFAULT_LOG_MB : Math.ceil(logSize / MB),
  };
}
