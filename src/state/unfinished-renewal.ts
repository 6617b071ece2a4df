import { rendered } from '../certificates/files.js';
import { wantedCertificates } from '../certificates/subject.js';
import { withinReach } from './agents.js';
import { changedAt, runsWithOlderCertificates } from './certificates-age.js';
import type { Cluster } from './cluster.js';
import {
  tryLockOperation,
  workerOn,
  type Operation,
  type OperationStep,
} from './operations-log.js';
import { endRenewal, readRenewal } from './renewal-record.js';

/** A renewal of certificates that has not ended. */
export async function renewalOf(cluster: Cluster): Promise<Operation | undefined> {
  const record = await readRenewal(cluster.layout);
  if (!record || !cluster.config.tls) return undefined;
  const pid = (await workerOn(cluster, 'renewal')) ?? null;
  return {
    kind: 'renewal',
    began: record.began,
    command: record.command ?? null,
    pid,
    steps: await stepsOf(cluster, new Date(record.began)),
    next: pid === null ? '`mqha certs renew` resumes it' : null,
  };
}

/**
 * Forgets a renewal whose every step was done, as by a start of the whole cluster: the next one would go on with it, and
 * take for new what was made for this one. Nothing where somebody is at work on it.
 */
export async function forgetRenewalDone(cluster: Cluster): Promise<void> {
  const found = await renewalOf(cluster);
  if (found?.pid !== null || found.steps.some(({ done }) => !done)) return;
  const lock = await tryLockOperation(cluster, 'renewal');
  if (!lock) return;
  try {
    await endRenewal(cluster.layout);
  } finally {
    await lock.release();
  }
}

async function stepsOf(cluster: Cluster, began: Date): Promise<OperationStep[]> {
  const { layout, config } = cluster;
  const isOwn = config.tls?.certificates === 'own';
  const isNew = async (file: string) => {
    const time = await changedAt(file);
    return time !== undefined && time >= began;
  };
  const made = isOwn
    ? []
    : wantedCertificates(layout, config).map(async ({ who, files: { certificate } }) => ({
        text: `a new certificate of ${who}`,
        done: await isNew(certificate),
      }));
  const used = withinReach(cluster, config.nodes, 'launch').map(async ({ name }) => ({
    text: `restart ${name} with its certificate`,
    done:
      (isOwn || (await isNew(rendered(layout.node(name))))) &&
      !(await runsWithOlderCertificates(cluster, name)),
  }));
  return Promise.all([...made, ...used]);
}
