import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  X509Certificate,
  type KeyObject,
} from 'node:crypto';
import { isIP } from 'node:net';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  Extension,
  Extensions,
  GeneralName,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  id_kp_clientAuth,
  id_kp_serverAuth,
  KeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  Name,
  RelativeDistinguishedName,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from '@peculiar/asn1-x509';
import { messageOf } from '../lib/errors.js';
import type { CertifiedKey } from './files.js';
import { certificatesIn } from './pem.js';
import type { Purpose, Subject } from './subject.js';

const DAY_MS = 86_400_000;
const AUTHORITY_DAYS = 3652;
const CERTIFICATE_DAYS = 365;
/** Clocks of machines differ: a certificate counts from before it was made. */
const SKEW_MS = 3_600_000;

/** ecdsa-with-SHA256 (RFC 5758). */
const ECDSA_SHA256 = '1.2.840.10045.4.3.2';
const COMMON_NAME = '2.5.4.3';

const PURPOSES: Readonly<Record<Purpose, string>> = {
  server: id_kp_serverAuth,
  client: id_kp_clientAuth,
};

/**
 * A new authority, for ten years: it certifies itself, and others that are no authorities. Its name is one that no other
 * authority has, so that two of them can be trusted side by side.
 * @param name in words, 50 characters at most
 */
export function newAuthority(name: string, now: Date): CertifiedKey {
  const { publicKey, privateKey } = newKey();
  const subject = nameOf(`${name} ${randomBytes(4).toString('hex')}`);
  const identifier = identifierOf(publicKey);
  const extensions = [
    extension(
      id_ce_basicConstraints,
      new BasicConstraints({ cA: true, pathLenConstraint: 0 }),
      true,
    ),
    extension(
      id_ce_keyUsage,
      new KeyUsage(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign),
      true,
    ),
    extension(id_ce_subjectKeyIdentifier, new SubjectKeyIdentifier(identifier)),
  ];
  const parts = { subject, issuer: subject, publicKey, extensions };
  return { certificate: signed(parts, AUTHORITY_DAYS, now, privateKey), key: privateKey };
}

/**
 * A new certificate and key, for a year, and no longer than the authority has.
 * @param authority with its key; where its file holds several certificates, the one that the key belongs to certifies
 * @throws Error where the key belongs to none of them, or is none
 */
export function newCertificate(
  { commonName, hosts, purposes }: Subject,
  authority: CertifiedKey,
  now: Date,
): CertifiedKey {
  const issuer = issuerOf(authority);
  const { tbsCertificate } = AsnConvert.parse(issuer.raw, Certificate);
  const { publicKey, privateKey } = newKey();
  const names = hosts.map((host) =>
    isIP(host) ? new GeneralName({ iPAddress: host }) : new GeneralName({ dNSName: host }),
  );
  const extensions = [
    extension(id_ce_basicConstraints, new BasicConstraints({ cA: false }), true),
    extension(id_ce_keyUsage, new KeyUsage(KeyUsageFlags.digitalSignature), true),
    extension(id_ce_extKeyUsage, new ExtendedKeyUsage(purposes.map((one) => PURPOSES[one]))),
    extension(id_ce_subjectKeyIdentifier, new SubjectKeyIdentifier(identifierOf(publicKey))),
    ...keyIdentifierOf(tbsCertificate),
    ...(names.length > 0
      ? [extension(id_ce_subjectAltName, new SubjectAlternativeName(names))]
      : []),
  ];
  const parts = {
    subject: nameOf(commonName),
    issuer: tbsCertificate.subject,
    publicKey,
    extensions,
    atMost: new Date(issuer.validTo),
  };
  return {
    certificate: signed(parts, CERTIFICATE_DAYS, now, authority.key),
    key: privateKey,
  };
}

/** The certificate of an authority that a key belongs to. @throws Error in words that follow the name of the key's file */
export function issuerOf({ certificate, key }: CertifiedKey): X509Certificate {
  const own = privateKeyOf(key);
  if (own.asymmetricKeyType !== 'ec') {
    throw new Error('is of another kind than the keys that mqha makes (EC)');
  }
  const found = certificatesIn(certificate).find((one) => one.checkPrivateKey(own));
  if (!found) throw new Error('belongs to no certificate of its authority');
  return found;
}

function privateKeyOf(text: string): KeyObject {
  try {
    return createPrivateKey(text);
  } catch (error) {
    throw new Error(`cannot be used: ${messageOf(error)}`, { cause: error });
  }
}

/** How an authority names its key in its own certificate, as what it certifies repeats it. */
function keyIdentifierOf({ extensions }: TBSCertificate): Extension[] {
  const found = extensions?.find(({ extnID }) => extnID === id_ce_subjectKeyIdentifier);
  if (!found) return [];
  const { buffer } = AsnConvert.parse(found.extnValue, SubjectKeyIdentifier);
  const keyIdentifier = new KeyIdentifier(buffer);
  return [extension(id_ce_authorityKeyIdentifier, new AuthorityKeyIdentifier({ keyIdentifier }))];
}

function newKey() {
  return generateKeyPairSync('ec', {
    namedCurve: 'prime256v1',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
}

interface Parts {
  readonly subject: Name;
  readonly issuer: Name;
  /** As DER. */
  readonly publicKey: Buffer;
  readonly extensions: Extension[];
  readonly atMost?: Date;
}

/** A certificate as PEM, certified by a key. */
function signed(
  { subject, issuer, publicKey, extensions, atMost }: Parts,
  days: number,
  now: Date,
  key: string,
): string {
  const notAfter = new Date(now.getTime() + days * DAY_MS);
  const signature = new AlgorithmIdentifier({ algorithm: ECDSA_SHA256 });
  const tbsCertificate = new TBSCertificate({
    version: Version.v3,
    serialNumber: bytes(serialNumber()),
    signature,
    issuer,
    validity: new Validity({
      notBefore: new Date(now.getTime() - SKEW_MS),
      notAfter: atMost && atMost < notAfter ? atMost : notAfter,
    }),
    subject,
    subjectPublicKeyInfo: AsnConvert.parse(publicKey, SubjectPublicKeyInfo),
    extensions: new Extensions(extensions),
  });
  const content = Buffer.from(AsnConvert.serialize(tbsCertificate));
  const certificate = new Certificate({
    tbsCertificate,
    signatureAlgorithm: signature,
    signatureValue: bytes(sign('sha256', content, key)),
  });
  return new X509Certificate(Buffer.from(AsnConvert.serialize(certificate))).toString();
}

/** Random, positive and of 16 bytes whatever was drawn. */
function serialNumber(): Buffer {
  const drawn = randomBytes(16);
  drawn[0] = ((drawn[0] ?? 0) & 0x3f) | 0x40;
  return drawn;
}

const nameOf = (commonName: string) =>
  new Name([
    new RelativeDistinguishedName([
      new AttributeTypeAndValue({
        type: COMMON_NAME,
        value: new AttributeValue({ utf8String: commonName }),
      }),
    ]),
  ]);

function extension(extnID: string, value: object, critical = false): Extension {
  return new Extension({
    extnID,
    critical,
    extnValue: new OctetString(AsnConvert.serialize(value)),
  });
}

/** By which a certificate names the key of its authority: any digest that is short will do (RFC 7093). */
function identifierOf(publicKey: Buffer): ArrayBuffer {
  return bytes(createHash('sha256').update(publicKey).digest().subarray(0, 20));
}

/** A buffer may be a window of a larger one. */
const bytes = (buffer: Buffer): ArrayBuffer => new Uint8Array(buffer).buffer;
