import { createPrivateKey, type X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { messageOf } from '../lib/errors.js';
import { certificatesIn, endOf, keyOf } from './pem.js';
import { keyFault, signatureFault } from './strength.js';
import type { Purpose, Subject } from './subject.js';

/** The purposes of a certificate (extended key usage, RFC 5280). */
const PURPOSES: Readonly<Record<Purpose, string>> = {
  server: '1.3.6.1.5.5.7.3.1',
  client: '1.3.6.1.5.5.7.3.2',
};
const ANY_PURPOSE = '2.5.29.37.0';

/** The texts of a certificate and its key as they were found; undefined where there is no file. */
export interface FoundPair {
  readonly certificate: string | undefined;
  readonly key: string | undefined;
}

/**
 * All that is wrong with a certificate and its key, each in words that follow the name of the file.
 * @param authority the text of those that must have certified it
 * @param subject whose it must be
 */
export function faultsOf(
  { certificate, key }: FoundPair,
  authority: string,
  subject: Subject,
  now: Date,
): { readonly certificate: readonly string[]; readonly key: readonly string[] } {
  const read = readChain(certificate);
  const [leaf] = read.chain;
  return {
    certificate: leaf
      ? [
          ...subjectFaults(leaf, subject),
          ...read.chain.flatMap(strengthFaults),
          ...chainFaults(read.chain, authority, now),
          ...orderFaults(read.chain),
        ]
      : [read.fault],
    key: keyFaults(key, leaf),
  };
}

/** The same for an authority. @param key undefined where it is not asked for */
export function authorityFaults(certificate: string | undefined, now: Date): string[] {
  const { chain, fault } = readChain(certificate);
  if (chain.length === 0) return [fault];
  return [
    ...chain.flatMap((one) => timeFaults(one, now)),
    ...chain.flatMap((one) => named(one, keyFault(one))),
    ...chain.flatMap((one) =>
      one.ca ? [] : [`${nameOf(one)} is the certificate of no authority (basicConstraints CA)`],
    ),
  ];
}

/** The certificates of a text, and what is wrong where there is none. */
export function readChain(text: string | undefined): { chain: X509Certificate[]; fault: string } {
  if (text === undefined) return { chain: [], fault: 'is not there' };
  try {
    return { chain: certificatesIn(text), fault: 'holds no certificate as PEM' };
  } catch (error) {
    return { chain: [], fault: `cannot be read: ${messageOf(error)}` };
  }
}

function subjectFaults(leaf: X509Certificate, { hosts, purposes }: Subject): string[] {
  const missing = hosts.filter((host) =>
    isIP(host)
      ? leaf.checkIP(host) === undefined
      : leaf.checkHost(host, { subject: 'never' }) === undefined,
  );
  // Node.js calls the extended usages so. One that lists none may be used for anything.
  const usages = leaf.keyUsage as readonly string[] | undefined;
  const lacking = purposes.filter(
    (one) => usages && !usages.includes(PURPOSES[one]) && !usages.includes(ANY_PURPOSE),
  );
  return [
    ...(missing.length > 0
      ? [`does not name ${missing.join(', ')} (subjectAltName; it names ${namesOf(leaf)})`]
      : []),
    ...lacking.map((one) => `may not be used as that of a ${one} (extendedKeyUsage ${one}Auth)`),
  ];
}

/** From the leaf to one of the authorities, over those of the file. */
function chainFaults(chain: readonly X509Certificate[], authority: string, now: Date): string[] {
  const trusted = readChain(authority).chain;
  let [at] = chain;
  let left = chain.slice(1);
  const faults: string[] = [];
  while (at) {
    const issued = at;
    faults.push(...timeFaults(issued, now));
    if (trusted.some((one) => certified(one, issued))) return faults;
    const next = left.find((one) => one.ca && certified(one, issued));
    if (!next) return [...faults, `${nameOf(issued)} was not certified by the authority`];
    left = left.filter((one) => one !== next);
    at = next;
  }
  return faults;
}

/** Java takes a file whose certificates were each certified by the next (PKCS12KeyStore.validateChain), and no other. */
function orderFaults(chain: readonly X509Certificate[]): string[] {
  return chain.flatMap((issued, index) => {
    const next = chain[index + 1];
    return next && !certified(next, issued)
      ? [`holds ${nameOf(next)} behind ${nameOf(issued)}, which it has not certified`]
      : [];
  });
}

/** Whether one has certified another. */
export function certified(issuer: X509Certificate, issued: X509Certificate): boolean {
  try {
    return issued.checkIssued(issuer) && issued.verify(issuer.publicKey);
  } catch {
    // A kind of key that is not known, which is a fault by itself.
    return false;
  }
}

/** Whoever shows it sends its whole file, so all of that counts. What an authority says of itself is trusted without. */
function strengthFaults(one: X509Certificate): string[] {
  const isOfItself = one.checkIssued(one);
  return [...named(one, keyFault(one)), ...(isOfItself ? [] : named(one, signatureFault(one)))];
}

const named = (one: X509Certificate, fault: string | undefined) =>
  fault === undefined ? [] : [`${nameOf(one)} ${fault}`];

function timeFaults(certificate: X509Certificate, now: Date): string[] {
  const from = new Date(certificate.validFrom);
  if (from > now) return [`${nameOf(certificate)} does not count before ${from.toISOString()}`];
  const end = endOf(certificate);
  return end <= now ? [`${nameOf(certificate)} has expired at ${end.toISOString()}`] : [];
}

function keyFaults(text: string | undefined, leaf: X509Certificate | undefined): string[] {
  if (text === undefined) return ['is not there'];
  try {
    const key = createPrivateKey(keyOf(text));
    return !leaf || leaf.checkPrivateKey(key) ? [] : ['does not belong to the certificate'];
  } catch (error) {
    return [`cannot be used: ${messageOf(error)}`];
  }
}

/** The subject of a certificate in one line. */
export const nameOf = ({ subject }: Pick<X509Certificate, 'subject'>): string =>
  // An own certificate may have none.
  ((subject as string | undefined) ?? 'it').replaceAll('\n', ', ');

/** The host names and addresses of a certificate, as a person writes them. */
export function namesOf({ subjectAltName }: Pick<X509Certificate, 'subjectAltName'>): string {
  const names = (subjectAltName ?? '').split(', ').map((one) => one.replace(/^[^:]*:/, ''));
  return names.filter((one) => one !== '').join(', ') || 'nothing';
}
