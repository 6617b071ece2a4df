/** A first start on a slow machine, with a store to replay, takes its time. */
export const START_TIMEOUT_MS = 180_000;

/** A broker that closes its store under load may take this long. */
export const STOP_TIMEOUT_MS = 120_000;

/** From a SIGKILL until another serves. */
export const FAILOVER_TIMEOUT_MS = 60_000;

/** Without an acknowledgement. */
export const SEND_TIMEOUT_MS = 60_000;

/** Without a message. */
export const CONSUME_TIMEOUT_MS = 1000;

/** For all messages of a queue. */
export const PURGE_TIMEOUT_MS = 600_000;
