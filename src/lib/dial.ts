import { connect, isIP, Socket } from 'node:net';
import { connect as connectSecurely, TLSSocket, type SecureContext } from 'node:tls';
import { messageOf, MqhaError } from './errors.js';

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

/** The alerts of a server that does not take our certificate, or misses it (RFC 8446, 6.2), as OpenSSL tells of them. */
const REFUSED = /alert ([a-z ]+):.*SSL alert number (?:4[234568]|116)\b/;

/**
 * Why a socket of dial() has ended, where that is a matter of certificates: it says nothing of whether the server works,
 * and asking again does not help.
 * @param error of the socket
 * @returns MqhaError `certificates-missing` or `certificate-refused`; undefined where it is something else
 */
export function certificateError(
  { host, port }: Pick<Endpoint, 'host' | 'port'>,
  socket: Socket,
  error: unknown,
): MqhaError | undefined {
  if (error instanceof MqhaError) return error;
  const refusal = REFUSED.exec(messageOf(error))?.[1];
  // The types say that there is always such an error.
  const theirs = socket instanceof TLSSocket && (socket.authorizationError as unknown);
  if (refusal === undefined && (theirs === null || theirs === undefined || theirs === false))
    return undefined;
  return new MqhaError(
    'certificate-refused',
    refusal === undefined
      ? `the certificate that ${host}:${port} shows is none of this cluster: ${messageOf(error)}`
      : `${host}:${port} does not take the certificate of mqha: ${refusal}`,
    {
      hint: '`mqha certs show` says whose certificates there are and until when; `mqha certs renew` makes new ones.',
      cause: error,
    },
  );
}
