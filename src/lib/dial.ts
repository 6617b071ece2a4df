import { connect, type Socket } from 'node:net';

/** Where a server listens. Everything that connects to one takes this, so that how it is done is decided in one place. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** Opens a connection to a server. */
export function dial({ host, port }: Endpoint): Socket {
  return connect({ host, port });
}
