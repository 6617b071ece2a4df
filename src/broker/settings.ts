import type { ClusterConfig } from '../config/schema.js';

/**
 * What a running broker was started with, of that which decides about quorum; null where its command
 * does not say so, since an earlier mqha has started it.
 */
export interface BrokerSettings {
  readonly replicas: number | null;
  readonly sync: string | null;
  readonly zkPath: string | null;
}

const marker = (key: keyof BrokerSettings) => `-Dmqha.${key}=`;

/**
 * The JVM options that say what a broker is started with. A broker reads its file once, so only its own
 * command can prove what it has; a record or a rendered file may be lost, or newer than the process.
 */
export function settingMarkers(config: ClusterConfig): string[] {
  const settings = {
    replicas: String(config.replicas),
    sync: config.sync,
    zkPath: config.zookeeper.path,
  };
  return Object.entries(settings).map(
    ([key, value]) => `${marker(key as keyof BrokerSettings)}${value}`,
  );
}

/** Reads the markers of a broker's command. */
export function settingsOf(argv: readonly string[]): BrokerSettings {
  const read = (key: keyof BrokerSettings) =>
    argv.find((word) => word.startsWith(marker(key)))?.slice(marker(key).length) ?? null;
  const replicas = Number(read('replicas') ?? Number.NaN);
  return {
    replicas: Number.isInteger(replicas) && replicas > 0 ? replicas : null,
    sync: read('sync'),
    zkPath: read('zkPath'),
  };
}
