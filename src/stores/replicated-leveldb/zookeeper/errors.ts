import { lookup } from 'node:dns/promises';
import { splitConnect } from '../../../config/connect.js';
import { messageOf, MqhaError, systemCode } from '../../../lib/errors.js';
import type { Deadline } from '../../../lib/time.js';

/** The error of an ensemble that has said nothing before the deadline. */
export function silent(connect: string, deadline: Deadline): MqhaError {
  return unreachable(connect, `no answer within ${Math.round(deadline.milliseconds)} ms`);
}

/** The error of an ensemble that cannot be asked. @param detail why, in words */
export function unreachable(connect: string, detail: string): MqhaError {
  return new MqhaError(
    'zookeeper-unreachable',
    `ZooKeeper at ${connect} does not answer: ${detail}`,
    {
      hint: 'Check that it runs and that this machine reaches it; `mqha up` starts a managed one.',
    },
  );
}

/**
 * The error of an ensemble none of whose host names can be resolved; undefined where one can, or is an address.
 * @param connect `host:port,…`, with or without a chroot
 */
export async function unresolved(connect: string): Promise<MqhaError | undefined> {
  const servers = splitConnect(connect).servers.split(',');
  const hosts = [...new Set(servers.map((server) => hostOf(server.trim())))];
  const faults = await Promise.all(
    hosts.map((host) =>
      lookup(host).then(
        () => undefined,
        (error: unknown) => `${host} (${systemCode(error) ?? messageOf(error)})`,
      ),
    ),
  );
  if (faults.includes(undefined)) return undefined;
  return new MqhaError(
    'zookeeper-unreachable',
    `ZooKeeper at ${connect} cannot be asked: the host name does not resolve: ${faults.join(', ')}`,
    { hint: 'Correct zookeeper.connect in mqha.yaml, or let this machine resolve the name.' },
  );
}

/** `[::1]:2181` and `zk1:2181` without the port. */
function hostOf(server: string): string {
  return server.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
}

/**
 * The error of an ensemble that does not let this cluster read or change a znode.
 * @param hasPassword whether it was asked with one
 */
export function denied(connect: string, path: string, hasPassword: boolean): MqhaError {
  const refused = `ZooKeeper at ${connect} refuses access to ${path}`;
  if (!hasPassword) {
    return new MqhaError(
      'zookeeper-denied',
      `${refused}: it belongs to those who know a password, and mqha has none`,
      {
        hint: 'Restore .mqha/credentials.json, which has the password; all machines of a cluster have the same. Where zookeeper.authentication is none, whoever administers the ensemble has to open the znode, or set that to generated. docs/zookeeper.md says more.',
      },
    );
  }
  return new MqhaError(
    'zookeeper-denied',
    `${refused}: whoever made it has another password than .mqha/credentials.json`,
    {
      hint: 'Restore that file as it was; all machines of a cluster have the same. docs/zookeeper.md says what to do where it is lost, or where somebody else owns the znode.',
    },
  );
}

/** The error of an ensemble that has no such chroot, and does not let this cluster make it. */
export function noChroot(connect: string, path: string): MqhaError {
  return new MqhaError(
    'zookeeper-denied',
    `ZooKeeper at ${connect} has no znode ${path}, and does not let this cluster make it`,
    {
      hint: 'Have whoever administers the ensemble make it, and let the cluster make znodes in it; or name another chroot in zookeeper.connect. docs/zookeeper.md says more.',
    },
  );
}

/** Whether an error is that of denied(). */
export function isDenied(error: unknown): boolean {
  return error instanceof MqhaError && error.code === 'zookeeper-denied';
}
