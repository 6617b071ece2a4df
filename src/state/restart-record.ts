import * as z from 'zod/mini';
import { runsAsConfigured } from '../stores/settings.js';
import type { Layout } from '../config/layout.js';
import type { NodeConfig } from '../config/schema.js';
import { defineStateFile } from '../lib/state-file.js';
import { runsWithOlderCertificates } from './certificates-age.js';
import type { Cluster } from './cluster.js';
import { BEGUN, beginning, OperationRecord, type Begun } from './operations-log.js';

/** A restart of the whole cluster that has not ended. */
export interface Restart extends Begun {
  /** What was launched since then has had its turn. */
  readonly began: string;
  /** Whose turn it is one after the other, in no order; absent in the record of an earlier mqha. */
  readonly nodes?: readonly string[] | undefined;
}

/** A damaged record: all of them are restarted. */
const RESTART = defineStateFile<Restart>({
  name: 'restart.json',
  schema: z.looseObject({
    ...BEGUN,
    began: z.iso.datetime(),
    nodes: z.optional(z.array(z.string())),
  }),
  damage: { policy: 'ignore' },
});

const recordOf = (layout: Layout) => new OperationRecord(RESTART.in(layout.state));

/** The restart that has not ended, if there is one. */
export function readRestart(layout: Layout): Promise<Restart | undefined> {
  return recordOf(layout).load();
}

/** Notes that a restart of the whole cluster begins, so that it can be gone on with. */
export async function beginRestart(
  { layout, host }: Cluster,
  nodes: readonly NodeConfig[],
): Promise<void> {
  await recordOf(layout).note({ ...beginning(host), nodes: nodes.map(({ name }) => name) });
}

/** A restart that is done, or that nobody goes on with, since everything was stopped or started meanwhile. */
export function forgetRestart(layout: Layout): Promise<void> {
  return recordOf(layout).end();
}

/**
 * Who had its turn in a restart that was interrupted: was launched since that began, and runs with the settings that
 * mqha.yaml has now, and with the certificates that are rendered now.
 */
export async function doneBefore(
  cluster: Cluster,
  nodes: readonly Pick<NodeConfig, 'name'>[],
): Promise<string[]> {
  const { layout, registry, config } = cluster;
  const record = await readRestart(layout);
  if (!record) return [];
  const began = new Date(record.began);
  const done = await Promise.all(
    nodes.map(async ({ name }) => {
      const at = await registry.launchedAt(name);
      const found = at && at > began ? await registry.find(name) : undefined;
      if (!found || !runsAsConfigured(config, name, found.argv)) return [];
      return (await runsWithOlderCertificates(cluster, name)) ? [] : [name];
    }),
  );
  return done.flat();
}
