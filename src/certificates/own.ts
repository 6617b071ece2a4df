import type { X509Certificate } from 'node:crypto';
import { realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { nameOf, readChain, certified } from './faults.js';

const OTHERS_READ = 0o004;
const OTHERS_ENTER = 0o001;

/**
 * Why an authority of applications is none: what it certifies would be taken for a member of the cluster, since it is an
 * authority of the cluster, or is certified by one.
 * @param client the text of the authorities of applications
 * @param cluster the text of the authorities of brokers, ZooKeeper and mqha
 */
export function sharedFaults(client: string | undefined, cluster: string | undefined): string[] {
  const members = readChain(cluster).chain;
  return readChain(client).chain.flatMap((one) => {
    if (members.some((other) => haveOneKey(one, other))) {
      return [`${nameOf(one)} is the authority of the cluster as well: ${CONSEQUENCE}`];
    }
    return members.some((other) => certified(other, one))
      ? [`${nameOf(one)} was certified by the authority of the cluster: ${CONSEQUENCE}`]
      : [];
  });
}

const CONSEQUENCE =
  'every application with a certificate could be a broker; use an authority of its own for the cluster';

function haveOneKey(one: X509Certificate, other: X509Certificate): boolean {
  try {
    return one.publicKey.equals(other.publicKey);
  } catch {
    // A kind of key that is not known, which is refused elsewhere.
    return false;
  }
}

/** Why a key is no secret: every user of the machine can read it, over all that leads to it. Empty where it is absent. */
export async function secrecyFaults(key: string): Promise<string[]> {
  try {
    const path = await realpath(key);
    if (((await stat(path)).mode & OTHERS_READ) === 0) return [];
    for (let at = dirname(path); ; at = dirname(at)) {
      if (((await stat(at)).mode & OTHERS_ENTER) === 0) return [];
      if (at === dirname(at)) break;
    }
    return ['can be read by every user of this machine: `chmod o-r` it'];
  } catch {
    // Absent, or closed to us: who reads it is told that.
    return [];
  }
}
