import { createPrivateKey, X509Certificate } from 'node:crypto';
import { messageOf } from '../lib/errors.js';

/**
 * The certificates of a PEM text, in its order; none where there is none.
 * @throws Error where one cannot be read
 */
export function certificatesIn(text: string): X509Certificate[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => new X509Certificate(block));
}

/**
 * A private key as Java reads it, PKCS #8 as PEM.
 * @param text a PEM text of any form of a key without a password
 * @throws Error that says what is wrong with it
 */
export function keyOf(text: string): string {
  if (/-----BEGIN ENCRYPTED|Proc-Type: 4,ENCRYPTED/.test(text)) {
    throw new Error('it is encrypted with a password, and brokers read it without one');
  }
  try {
    return createPrivateKey(text).export({ type: 'pkcs8', format: 'pem' }).toString();
  } catch (error) {
    throw new Error(`it is no private key as PEM: ${messageOf(error)}`, { cause: error });
  }
}

/** When a certificate ends. */
export const endOf = (certificate: X509Certificate): Date => new Date(certificate.validTo);
