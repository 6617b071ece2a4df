import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { rendered } from '../certificates/files.js';
import { systemCode } from '../lib/errors.js';
import type { Cluster } from './cluster.js';

/** Whether the process of a node runs that was launched before one of its certificates, as they are rendered now, was written. */
export async function runsWithOlderCertificates(
  { registry, layout }: Pick<Cluster, 'registry' | 'layout'>,
  name: string,
): Promise<boolean> {
  if (!(await registry.find(name))) return false;
  const directories = layout.node(name);
  const files = ['cluster-ca.pem', 'client-ca.pem'].map((file) => join(directories.conf, file));
  const times = await Promise.all([rendered(directories), ...files].map(changedAt));
  const launched = await registry.launchedAt(name);
  return times.some((time) => time !== undefined && (!launched || launched < time));
}

/** When a file was written; undefined where it is absent. */
export async function changedAt(file: string): Promise<Date | undefined> {
  try {
    return (await stat(file)).mtime;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
