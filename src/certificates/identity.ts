import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { Layout } from '../config/layout.js';
import type { TlsIdentity } from '../lib/dial.js';
import { messageOf, MqhaError, systemCode } from '../lib/errors.js';
import { certificatePaths } from './files.js';

interface Known {
  readonly stamp: string;
  readonly context: SecureContext;
  /** When its certificate ends. */
  readonly end: string;
}

/**
 * mqha's own certificate, as brokers, their consoles and ZooKeeper ask for it. The files are read when it is first used,
 * and again once they have changed: a supervisor lives longer than a certificate.
 */
export function identityOf(layout: Layout): TlsIdentity {
  const { mqha, clusterAuthority } = certificatePaths(layout);
  const files = [mqha.certificate, mqha.key, clusterAuthority.certificate] as const;
  let known: Known | undefined;
  return {
    context: () => {
      try {
        const stamp = files.map(stampOf).join();
        if (known?.stamp !== stamp) {
          const [cert = '', key, ca] = files.map((file) => readFileSync(file, 'utf8'));
          const end = new X509Certificate(cert).validTo;
          // The authority may be one below another, which is not in its file; Java takes it so as well.
          const context = createSecureContext({ cert, key, ca, allowPartialTrustChain: true });
          known = { stamp, context, end };
        }
      } catch (error) {
        // A renewal has written a key whose certificate is still to come: what counted before counts on.
        if (!known) throw unusable(reasonOf(error), error);
      }
      // A server would hang up on it, some without a word, and look as if it hung.
      if (Date.parse(known.end) <= Date.now()) throw unusable(`it expired at ${known.end}`);
      return known.context;
    },
  };
}

function unusable(why: string, cause?: unknown): MqhaError {
  return new MqhaError('certificates-missing', `the certificate of mqha cannot be used: ${why}`, {
    hint: '`mqha certs show` says what is there and until when; `mqha certs renew` makes others, and `mqha up` what is missing.',
    cause,
  });
}

function reasonOf(error: unknown): string {
  return systemCode(error) === 'ENOENT'
    ? `${(error as NodeJS.ErrnoException).path ?? 'a file of it'} is missing`
    : messageOf(error);
}

function stampOf(file: string): string {
  const { ino, mtimeMs, size } = statSync(file);
  return `${ino} ${mtimeMs} ${size}`;
}
