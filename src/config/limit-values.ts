/**
 * How many connections a port for messages may have. Up to 500 that have not authenticated stay
 * (dev.mqha.patches.unauthenticated_connections.Strangers.MOST): with fewer than twice as many they could keep all others out.
 */
export const CONNECTIONS = { least: 1000, most: 50_000 };

/**
 * The store counts a log file that holds a message as a whole, and begins a new one at this size, in MB, unless mqha.yaml
 * says otherwise (LevelDBStore.logSize).
 */
export const DEFAULT_LOG_MB = 100;
