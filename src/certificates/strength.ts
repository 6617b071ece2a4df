import type { KeyObject, X509Certificate } from 'node:crypto';

/** What every end takes: Java's TLS 1.3, ZooKeeper's reader of PEM keys (RSA and EC alone) and OpenSSL. */
const CURVES: ReadonlySet<string | undefined> = new Set(['prime256v1', 'secp384r1', 'secp521r1']);
const RSA_BITS = 2048;
const TAKEN = `RSA of ${RSA_BITS} bits or more, and EC on P-256, P-384 or P-521 are taken`;

/** Object identifiers as DER, in hexadecimal, without tag and length (RFC 8017, RFC 5758, RFC 8410). */
const RSASSA_PSS = '2a864886f70d01010a';
const SIGNATURES: ReadonlySet<string> = new Set([
  '2a864886f70d01010b', // sha256WithRSAEncryption
  '2a864886f70d01010c', // sha384WithRSAEncryption
  '2a864886f70d01010d', // sha512WithRSAEncryption
  '2a8648ce3d040302', // ecdsa-with-SHA256
  '2a8648ce3d040303', // ecdsa-with-SHA384
  '2a8648ce3d040304', // ecdsa-with-SHA512
]);
const OTHERS: Readonly<Record<string, string>> = {
  '2a864886f70d010104': 'MD5',
  '2a864886f70d010105': 'SHA-1',
  '2a8648ce3d0401': 'SHA-1',
  '2b6570': 'Ed25519',
  '2b6571': 'Ed448',
};
/** id-sha256, id-sha384 and id-sha512. */
const DIGESTS: ReadonlySet<string> = new Set([
  '608648016503040201',
  '608648016503040202',
  '608648016503040203',
]);
/** The tag of the digest among the parameters of RSASSA-PSS; without it that is SHA-1. */
const PSS_DIGEST = 0xa0;

/** Why the key of a certificate is not taken by brokers, ZooKeeper or mqha, in words that follow its name; undefined where it is. */
export function keyFault(certificate: X509Certificate): string | undefined {
  let key: KeyObject;
  try {
    key = certificate.publicKey;
  } catch {
    return `has a key of an unknown kind: ${TAKEN}`;
  }
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'rsa') {
    const bits = details?.modulusLength ?? 0;
    return bits >= RSA_BITS ? undefined : `has an RSA key of ${bits} bits: ${TAKEN}`;
  }
  if (type !== 'ec') return `has a key of the kind ${type ?? 'unknown'}: ${TAKEN}`;
  const curve = details?.namedCurve;
  return CURVES.has(curve)
    ? undefined
    : `has an EC key on ${curve ?? 'a curve without a name'}: ${TAKEN}`;
}

/** Why the signature in a certificate is refused, in words that follow its name; undefined where it is not. */
export function signatureFault({ raw }: X509Certificate): string | undefined {
  const by = weakSignature(raw);
  return by === undefined
    ? undefined
    : `is signed with ${by}: RSA or ECDSA with SHA-256, SHA-384 or SHA-512 are taken`;
}

/** By the algorithm that stands beside the signature; a certificate in which the signed one differs is refused by Java. */
function weakSignature(raw: Buffer): string | undefined {
  const content = elementAt(raw, elementAt(raw, 0).start);
  const algorithm = elementAt(raw, content.end);
  const identifier = elementAt(raw, algorithm.start);
  const name = hexOf(raw, identifier);
  if (SIGNATURES.has(name)) return undefined;
  if (name !== RSASSA_PSS) return OTHERS[name] ?? 'an algorithm that is not known here';
  // SEQUENCE { [0] SEQUENCE { digest … } … }
  const parameters = elementAt(raw, identifier.end);
  const first = elementAt(raw, parameters.start);
  if (parameters.end === parameters.start || first.tag !== PSS_DIGEST) return 'SHA-1';
  const digest = elementAt(raw, elementAt(raw, first.start).start);
  return DIGESTS.has(hexOf(raw, digest)) ? undefined : 'a digest other than those of SHA-2';
}

/** An element of DER: its content is from `start` up to `end`. */
interface Element {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
}

/** OpenSSL has read the certificate before, so that lengths are within it; past its end everything is empty. */
function elementAt(der: Buffer, at: number): Element {
  const tag = der[at] ?? 0;
  const first = der[at + 1] ?? 0;
  if (first < 0x80) return { tag, start: at + 2, end: at + 2 + first };
  const bytes = first & 0x7f;
  const start = at + 2 + bytes;
  const length = der.subarray(at + 2, start).reduce((sum, byte) => sum * 256 + byte, 0);
  return { tag, start, end: start + length };
}

const hexOf = (der: Buffer, { start, end }: Element) => der.subarray(start, end).toString('hex');
