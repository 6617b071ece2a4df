import { renderTemplate } from '../lib/templates.js';
import { messageMbOf, sizeText } from './limits.js';
import type { ClusterConfig } from './schema.js';
import { timespan } from './units.js';

/** The text of `mqha.yaml` for a configuration that `init` made. */
export function renderClusterFile(config: ClusterConfig): string {
  const { storeMb, tempMb, messageMb } = config.limits;
  return renderTemplate('mqha.yaml', {
    config,
    sessionTimeout: timespan(config.zookeeper.sessionTimeoutMs),
    store: sizeText(storeMb),
    temp: sizeText(tempMb),
    // Unless told otherwise it follows from the heap, and goes on doing so when that is edited.
    message: messageMb === messageMbOf(config.java.heapMb) ? undefined : sizeText(messageMb),
  });
}
