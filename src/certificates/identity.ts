import { readFileSync, statSync } from 'node:fs';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { Layout } from '../config/layout.js';
import type { TlsIdentity } from '../lib/dial.js';
import { messageOf, MqhaError } from '../lib/errors.js';
import { certificatePaths } from './files.js';

/**
 * mqha's own certificate, as brokers, their consoles and ZooKeeper ask for it. The files are read when it is first used,
 * and again once they have changed: a supervisor lives longer than a certificate.
 */
export function identityOf(layout: Layout): TlsIdentity {
  const { mqha, clusterAuthority } = certificatePaths(layout);
  const files = [mqha.certificate, mqha.key, clusterAuthority.certificate] as const;
  let known: { readonly stamp: string; readonly context: SecureContext } | undefined;
  return {
    context: () => {
      try {
        const stamp = files.map(stampOf).join();
        if (known?.stamp !== stamp) {
          const [cert, key, ca] = files.map((file) => readFileSync(file, 'utf8'));
          // The authority may be one below another, which is not in its file; Java takes it so as well.
          known = {
            stamp,
            context: createSecureContext({ cert, key, ca, allowPartialTrustChain: true }),
          };
        }
        return known.context;
      } catch (error) {
        // A renewal has written a key whose certificate is still to come: what counted before counts on.
        if (known) return known.context;
        throw new MqhaError(
          'certificates-missing',
          `the certificate of mqha cannot be used: ${messageOf(error)}`,
          {
            hint: '`mqha certs` says what is missing; `mqha up` makes what it may make.',
            cause: error,
          },
        );
      }
    },
  };
}

function stampOf(file: string): string {
  const { ino, mtimeMs, size } = statSync(file);
  return `${ino} ${mtimeMs} ${size}`;
}
