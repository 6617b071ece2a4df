// Values that help and completion name, too: nothing is imported here, so that they cost nothing.

/** Sync modes of replicatedLevelDB; an unknown one would act like local_mem after a mere warning. */
export const SYNC_MODES = ['quorum_mem', 'quorum_disk', 'local_mem', 'local_disk'] as const;

export const MAX_NODES = 9;

export const DEFAULT_NODES = 3;
export const DEFAULT_NAME = 'mqStore';
export const DEFAULT_HOST = '127.0.0.1';
export const DEFAULT_SYNC = 'quorum_mem' satisfies (typeof SYNC_MODES)[number];
export const DEFAULT_ZK_PATH = '/activemq/mqstores';

/** First ports of the port table. */
export const FIRST_PORTS = { web: 8161, message: 60_001, replication: 61_600, zookeeper: 2181 };
