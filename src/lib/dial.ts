import { connect, isIP, Socket } from 'node:net';
import { connect as connectSecurely, type SecureContext } from 'node:tls';
import { messageOf } from './errors.js';

/** Who we are to servers that speak TLS, and whom we take for such a server. */
export interface TlsIdentity {
  /**
   * Our key and certificates, and the authority that a server's is of: as the files are now.
   * @throws MqhaError `certificates-missing`
   */
  context(): SecureContext;
}

/** Where a server listens. Everything that connects to one takes this, so that how it is done is decided in one place. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  /** Set where it speaks TLS. */
  readonly tls?: TlsIdentity | undefined;
}

/**
 * Opens a connection to a server. Over TLS the server must prove that it is the host, by a certificate of the authority.
 * What is written before that is held back; where the certificates are missing the socket ends with that error.
 */
export function dial({ host, port, tls }: Endpoint): Socket {
  if (!tls) return connect({ host, port });
  try {
    const secureContext = tls.context();
    return connectSecurely({
      host,
      port,
      secureContext,
      ...(isIP(host) ? {} : { servername: host }),
    });
  } catch (error) {
    return new Socket().destroy(error instanceof Error ? error : new Error(messageOf(error)));
  }
}

/** The event of a socket of dial() once the server can be talked to, and has proven who it is. */
export function openEvent({ tls }: Endpoint): 'connect' | 'secureConnect' {
  return tls ? 'secureConnect' : 'connect';
}
