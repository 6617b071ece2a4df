import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { authorityFaults, faultsOf } from '../../src/certificates/faults.js';
import { keyFault, signatureFault } from '../../src/certificates/strength.js';
import { packageRoot } from '../../src/lib/package.js';

const text = readFileSync(join(packageRoot(), 'test', 'support', 'certificate-kinds.pem'), 'utf8');
const KINDS = new Map(
  [...text.matchAll(/^(\w+)\n(-----BEGIN[^]*?-----END CERTIFICATE-----)/gm)].map(
    ([, name = '', pem = '']) => [name, pem] as const,
  ),
);
const certificate = (name: string) => new X509Certificate(KINDS.get(name) ?? '');

describe('the kind of a certificate', () => {
  it.each(['prime256v1', 'secp384r1', 'secp521r1', 'rsa2048', 'pss256'])(
    'is taken where every end takes it: %s',
    (name) => {
      expect(keyFault(certificate(name))).toBeUndefined();
      expect(signatureFault(certificate(name))).toBeUndefined();
    },
  );

  it.each([
    ['ed25519', 'a key of the kind ed25519'],
    ['ed448', 'a key of the kind ed448'],
    ['rsapss', 'a key of the kind rsa-pss'],
    ['secp256k1', 'an EC key on secp256k1'],
    ['secp224r1', 'an EC key on secp224r1'],
    ['brainpoolP256r1', 'an EC key on brainpoolP256r1'],
    ['rsa1024', 'an RSA key of 1024 bits'],
  ])('is refused for its key: %s', (name, what) => {
    const fault = `has ${what}: RSA of 2048 bits or more, and EC on P-256, P-384 or P-521 are taken`;
    expect(keyFault(certificate(name))).toBe(fault);
    expect(signatureFault(certificate(name))).toBeUndefined();
    // Of an authority as well, and of any in the file of a leaf.
    expect(authorityFaults(KINDS.get(name), new Date())).toContain(`CN=leaf ${fault}`);
  });

  it.each([
    ['sha1', 'SHA-1'],
    ['ecdsasha1', 'SHA-1'],
    ['pss1', 'SHA-1'],
    ['md5', 'MD5'],
    ['bled', 'Ed25519'],
  ])('is refused for who has signed it how: %s', (name, what) => {
    const fault = `is signed with ${what}: RSA or ECDSA with SHA-256, SHA-384 or SHA-512 are taken`;
    expect(keyFault(certificate(name))).toBeUndefined();
    expect(signatureFault(certificate(name))).toBe(fault);
    const subject = { commonName: 'x', hosts: [], purposes: [] };
    // The second of a file is shown as the first is.
    const pair = {
      certificate: `${KINDS.get('rsa2048') ?? ''}\n${KINDS.get(name) ?? ''}`,
      key: undefined,
    };
    expect(faultsOf(pair, '', subject, new Date()).certificate).toEqual([
      `CN=leaf ${fault}`,
      'CN=leaf was not certified by the authority',
      'holds CN=leaf behind CN=leaf, which it has not certified',
    ]);
  });
});
