import { valueIn, withValue } from '../../config/edit-value.js';
import { parseConfig } from '../../config/load.js';
import { readConfigFile } from '../../config/read.js';
import { writeConfigFile } from '../../config/write.js';
import { Deadline } from '../../lib/time.js';
import { usageError } from '../../lib/errors.js';
import { refuseIfMoved, withLock, type Cluster } from '../../state/cluster.js';
import { runsAsConfigured } from '../../stores/settings.js';

/** The document of `mqha config get --json`. */
export interface Setting {
  /** Null for all of mqha.yaml. */
  readonly key: string | null;
  /** As mqha.yaml says, or as it is without a word there; null where neither is. */
  readonly value: unknown;
}

/** The document of `mqha config set --json`. */
export interface SettingChange {
  readonly key: string;
  readonly before: unknown;
  readonly after: unknown;
  /** Whether the file is another now. */
  readonly changed: boolean;
  /** The brokers that run with something else than mqha.yaml says now. */
  readonly restart: readonly string[];
}

/** What mqha.yaml says of a key. @throws MqhaError `config-invalid`, `usage`, `no-setting` */
export async function getSetting({ layout }: Cluster, key?: string): Promise<Setting> {
  const value = valueIn(await readConfigFile(layout.file), layout.file, key);
  if (value === undefined && key !== undefined) {
    throw usageError(
      'no-setting',
      `mqha.yaml says nothing of ${key}, and nothing is so by itself`,
      '`mqha config get` shows all that it says.',
    );
  }
  return { key: key ?? null, value: value ?? null };
}

/**
 * Gives a key of mqha.yaml another value; nothing else is changed, and no process.
 * @param text the value in YAML; undefined takes the key out, so that it is as by default
 * @throws MqhaError `config-invalid`, `usage`, `locked`, `cluster-moved`; nothing is changed then
 */
export function setSetting(
  cluster: Cluster,
  key: string,
  text: string | undefined,
  timeoutMs: number,
): Promise<SettingChange> {
  const { layout, host, registry } = cluster;
  const { file } = layout;
  return withLock(layout, host, Deadline.in(timeoutMs), async () => {
    await refuseIfMoved(cluster);
    const source = await readConfigFile(file);
    const before = valueIn(source, file, key);
    const edited = withValue(source, file, key, text);
    if (edited !== source) await writeConfigFile(file, edited);
    const config = parseConfig(edited, file);
    const running = await registry.findAll(config.nodes.map(({ name }) => name));
    return {
      key,
      before: before ?? null,
      after: valueIn(edited, file, key) ?? null,
      changed: edited !== source,
      restart: [...running]
        .filter(([name, { argv }]) => !runsAsConfigured(config, name, argv))
        .map(([name]) => name),
    };
  });
}
