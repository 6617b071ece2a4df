import zookeeper, { type Stat } from 'node-zookeeper-client';
import { splitConnect } from '../../../config/connect.js';
import type { Deadline } from '../../../lib/time.js';
import { accountOf, EVERYBODY, makeZnode, NEIGHBOURS, ownerOf } from './access.js';
import { isDenied, noChroot } from './errors.js';
import { ZooKeeperSession, type Ensemble } from './session.js';

/**
 * Makes the chroot of a connect string, and what is above it, where they are absent. A session cannot make its own
 * root, and a broker's fails on the first znode that it makes there. What is there stays as it is.
 * @param password of the cluster; whoever else makes znodes beside it may do so
 * @throws MqhaError `zookeeper-unreachable`, `zookeeper-denied` where it is absent and may not be made
 */
export async function makeChroot(
  { connect, tls }: Ensemble,
  password: string | undefined,
  deadline: Deadline,
): Promise<void> {
  const { servers, chroot } = splitConnect(connect);
  if (chroot === '') return;
  const accounts = password === undefined ? [] : [accountOf(password)];
  const rights = password === undefined ? [EVERYBODY] : [ownerOf(password), NEIGHBOURS];
  const session = await ZooKeeperSession.open({ connect: servers, tls }, deadline, accounts);
  try {
    const names = chroot.split('/').slice(1);
    for (const index of names.keys()) {
      const path = `/${names.slice(0, index + 1).join('/')}`;
      if (await isThere(session, path, deadline)) continue;
      await makeZnode(session, path, rights, deadline).catch((error: unknown) => {
        throw isDenied(error) ? noChroot(servers, path) : error;
      });
    }
  } finally {
    session.close();
  }
}

/** Whoever reaches a server may ask that: it needs no right at the znode. */
async function isThere(
  session: ZooKeeperSession,
  path: string,
  deadline: Deadline,
): Promise<boolean> {
  const stat = await session.request<Stat | null>(
    path,
    deadline,
    (client, done) => {
      client.exists(path, done);
    },
    zookeeper.Exception.NO_NODE,
  );
  return (stat ?? null) !== null;
}
