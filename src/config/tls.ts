import * as z from 'zod';
import { quoted, yesOrNo } from './fields.js';

/**
 * Whether clients show a certificate of the client authority.
 * - `optional`: they may; a password is enough.
 * - `needed`: nobody comes to a login without one.
 */
export const CLIENT_CERTIFICATES = ['optional', 'needed'] as const;

/**
 * Where certificates come from.
 * - `generated`: mqha makes them, by two authorities of this cluster.
 * - `own`: a person puts them into `pki/`, and mqha only reads there.
 */
export const CERTIFICATES = ['generated', 'own'] as const;

/** How the links of a cluster are encrypted. */
export interface TlsConfig {
  readonly clientCertificates: (typeof CLIENT_CERTIFICATES)[number];
  readonly certificates: (typeof CERTIFICATES)[number];
}

const DEFAULTS: TlsConfig = { clientCertificates: 'optional', certificates: 'generated' };

const oneOf = <const T extends readonly [string, ...string[]]>(words: T) =>
  z.enum(words, {
    error: (i) => `${quoted(i.input)} is neither "${words[0]}" nor "${words[1] ?? ''}"`,
  });

/** `tls` of mqha.yaml: a word, or what deviates from what the word means. */
export const tls = z.union(
  [
    yesOrNo,
    z.strictObject({
      clientCertificates: oneOf(CLIENT_CERTIFICATES).default(DEFAULTS.clientCertificates),
      certificates: oneOf(CERTIFICATES).default(DEFAULTS.certificates),
    }),
  ],
  {
    error: (i) =>
      `${quoted(i.input)} is neither true nor false, nor { clientCertificates: ${CLIENT_CERTIFICATES.join(' | ')}, certificates: ${CERTIFICATES.join(' | ')} }`,
  },
);

/** What `tls` means; undefined where nothing is encrypted. */
export function tlsOf(value: z.infer<typeof tls>): TlsConfig | undefined {
  if (value === false) return undefined;
  return value === true ? DEFAULTS : value;
}
