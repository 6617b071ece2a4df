import { relative } from 'node:path';
import { makeCertificate, readPair, unusableAuthority } from '../../certificates/ensure.js';
import { certificatePaths, type CertifiedKey } from '../../certificates/files.js';
import { wantedCertificates } from '../../certificates/subject.js';
import type { Layout } from '../../config/layout.js';
import type { NodeConfig } from '../../config/schema.js';
import { MqhaError } from '../../lib/errors.js';
import { Deadline } from '../../lib/time.js';
import { outOfReach, placesOf, withinReach } from '../../state/agents.js';
import { changedAt, runsWithOlderCertificates } from '../../state/certificates-age.js';
import { refuseIfMoved, withLock, type Cluster } from '../../state/cluster.js';
import { lockOperation } from '../../state/operations-log.js';
import { beginRenewal, endRenewal } from '../../state/renewal-record.js';
import { forgetRestart, readRestart } from '../../state/restart-record.js';
import { restartNodes } from '../restart.js';
import { refuseUnusable } from '../start/certificates.js';
import { refuseNameChanged } from '../start/name-changed.js';
import { renderFiles, refuseUnstartable } from '../start/prepare.js';
import type { Confirm } from '../stop.js';
import { refuseWithoutTls } from './show.js';

/** The document of `mqha certs renew --json`. */
export interface RenewResult {
  /** Whose certificate is new: names of nodes, `zookeeper`, `mqha`. */
  readonly renewed: readonly string[];
  /** The nodes that were restarted, in this order. */
  readonly restarted: readonly string[];
  /** Whether a renewal that was interrupted was gone on with. */
  readonly resumed: boolean;
}

export interface RenewOptions {
  /** For each stop and each start. */
  readonly timeoutMs: number;
  readonly confirm: Confirm;
}

/**
 * Gives brokers, ZooKeeper and mqha new certificates and keys by the authority that they have, renders them, and restarts
 * the brokers that run, node by node, the master last. ZooKeeper reads its file again once it has changed
 * (dev.mqha.launch.MemberCertificates), and so does mqha. Where certificates are a person's own, those in `pki/`
 * are taken into use. Everything trusts the authority and not the certificates, so the old ones count beside the new ones. It can be
 * ended at any moment: run again it goes on.
 * @throws MqhaError `no-tls`, `certificates-missing`, `locked`, and those of renderFiles() and restartNodes()
 */
export async function renewCertificates(
  asked: Cluster,
  { timeoutMs, confirm }: RenewOptions,
): Promise<RenewResult> {
  await refuseNameChanged(asked);
  refuseWithoutTls(asked);
  await refuseIfMoved(asked);
  const running = await asked.registry.findAll(asked.config.nodes.map(({ name }) => name));
  if (running.size > 0) await refuseUnstartable(asked);
  await refuseUnusable(asked);
  // Who holds it is seen to be at work.
  const lock = await lockOperation(asked, 'renewal');
  try {
    return await renewAlone(asked, { timeoutMs, confirm });
  } finally {
    await lock.release();
  }
}

async function renewAlone(
  asked: Cluster,
  { timeoutMs, confirm }: RenewOptions,
): Promise<RenewResult> {
  const { layout, host } = asked;
  const made = await withLock(layout, host, Deadline.in(timeoutMs), async () => {
    const authority = await authorityOf(asked);
    const { began, resumed } = await beginRenewal(layout, host);
    const renewed = await renewFiles(asked, authority, began);
    const { cluster } = await renderFiles(asked, false);
    const left = await leftByRestart(layout, began);
    return { cluster, renewed, resumed, left };
  });
  const { cluster, renewed, resumed, left } = made;
  if (renewed.length > 0) {
    host.emit({ type: 'certificate-step', text: `new certificates of ${renewed.join(', ')}` });
  }
  tellOthers(cluster);
  const nodes = await nodesToRestart(cluster, left);
  // Those that were restarted before the interruption may be out still.
  const restarted =
    nodes.length + left.length === 0
      ? []
      : (await restartNodes(cluster, nodes, { timeoutMs, confirm, rolling: true })).restarted;
  await endRenewal(layout);
  return { renewed, restarted, resumed };
}

/**
 * What certifies, before anything is begun; undefined where a person brings the certificates.
 * @throws MqhaError `certificates-missing`
 */
async function authorityOf({ layout, config }: Cluster): Promise<CertifiedKey | undefined> {
  if (config.tls?.certificates === 'own') return undefined;
  const { clusterAuthority } = certificatePaths(layout);
  const { certificate, key } = await readPair(clusterAuthority);
  if (certificate === undefined || key === undefined) {
    const missing = relative(layout.directory, clusterAuthority.key);
    throw new MqhaError(
      'certificates-missing',
      `no certificate can be made: ${missing} is not there`,
      {
        hint: 'Run it where the key of the authority is, copy pki/nodes, pki/mqha.* and pki/zookeeper.* from there, and run `mqha restart` here.',
      },
    );
  }
  try {
    const { issuerOf } = await import('../../certificates/issue.js');
    issuerOf({ certificate, key });
  } catch (error) {
    throw unusableAuthority(layout, clusterAuthority, error);
  }
  return { certificate, key };
}

/** Makes those that were not made since the renewal began. @returns whose */
async function renewFiles(
  { layout, config, host }: Cluster,
  authority: CertifiedKey | undefined,
  began: Date,
): Promise<string[]> {
  if (!authority) return [];
  const renewed: string[] = [];
  for (const wanted of wantedCertificates(layout, config)) {
    const time = await changedAt(wanted.files.certificate);
    if (time && time >= began) continue;
    await makeCertificate(wanted, authority, host.now());
    renewed.push(wanted.who);
  }
  return renewed;
}

/**
 * Whose turn it was in the restart of a renewal that was interrupted: one of them may have been stopped and not started.
 * A restart that was interrupted before the renewal began has restarted nobody with what is new, and is forgotten.
 */
async function leftByRestart(layout: Layout, began: Date): Promise<readonly string[]> {
  const restart = await readRestart(layout);
  if (restart && new Date(restart.began) >= began) return restart.nodes ?? [];
  await forgetRestart(layout);
  return [];
}

/** The nodes of this machine that run with an older certificate, or that an interrupted restart has left down. */
async function nodesToRestart(cluster: Cluster, left: readonly string[]): Promise<NodeConfig[]> {
  const here = withinReach(cluster, cluster.config.nodes, 'launch');
  const older = await Promise.all(
    here.map(async ({ name }) =>
      left.includes(name) && !(await cluster.registry.find(name))
        ? true
        : runsWithOlderCertificates(cluster, name),
    ),
  );
  return here.filter((_, index) => older[index]);
}

function tellOthers(cluster: Cluster): void {
  const others = outOfReach(cluster, cluster.config.nodes, 'launch');
  if (others.length === 0) return;
  cluster.host.emit({
    type: 'warning',
    message: `${placesOf(others)}: copy pki/nodes and pki/mqha.* there, and run \`mqha restart\`; see docs/certificates.md`,
  });
}
