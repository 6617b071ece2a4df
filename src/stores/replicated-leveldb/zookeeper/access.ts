import { createHash } from 'node:crypto';
import zookeeper, { type ACL, type Id } from 'node-zookeeper-client';
import type { Deadline } from '../../../lib/time.js';
import type { ZooKeeperSession } from './session.js';

/** As whom the store authenticates, with `zkPassword` (source: replicated/groups/ZKClient.java, connect). */
const USER = 'fabric';

/** Whom a server that names it lets do everything (ZooKeeper's DigestAuthenticationProvider). */
const SUPER = 'super';

const { CREATE, READ, ALL } = zookeeper.Permission;

/** One entry of a znode's ACL; `permissions` is a sum of ZooKeeper's bits. */
export interface Right {
  readonly scheme: string;
  readonly id: string;
  readonly permissions: number;
}

/** `user:password`, as the store's sessions and mqha's authenticate. */
export const accountOf = (password: string) => `${USER}:${password}`;

/** `user:password` of whom the managed server lets do everything. */
export const superAccountOf = (password: string) => `${SUPER}:${password}`;

/** `user:digest`, as ZooKeeper names an account in ACLs and in its settings: SHA-1 in base64. */
export function digestOf(account: string): string {
  const digest = createHash('sha1').update(account).digest('base64');
  return `${account.slice(0, account.indexOf(':'))}:${digest}`;
}

/** Everything, for who knows the cluster's password. */
export function ownerOf(password: string): Right {
  return { scheme: 'digest', id: digestOf(accountOf(password)), permissions: ALL };
}

/** Everything, for everybody. */
export const EVERYBODY: Right = { scheme: 'world', id: 'anyone', permissions: ALL };

/** To make znodes below and to list them, for everybody: what is there can be removed by its owner only. */
export const NEIGHBOURS: Right = { ...EVERYBODY, permissions: CREATE | READ };

/** The rights at a znode; undefined where it is absent. @throws MqhaError `zookeeper-unreachable`, `zookeeper-denied` */
export async function rightsAt(
  session: ZooKeeperSession,
  path: string,
  deadline: Deadline,
): Promise<Right[] | undefined> {
  const acls = await session.request<ACL[]>(path, deadline, (client, done) => {
    client.getACL(path, done);
  });
  // Its types name the number otherwise than the library does.
  return acls?.map(({ id: { scheme, id }, ...acl }) => ({
    scheme,
    id,
    permissions: (acl as unknown as { permission: number }).permission,
  }));
}

/** @returns false where the znode is absent @throws MqhaError `zookeeper-unreachable`, `zookeeper-denied` */
export async function setRights(
  session: ZooKeeperSession,
  path: string,
  rights: readonly Right[],
  deadline: Deadline,
): Promise<boolean> {
  const done = await session.request<true>(path, deadline, (client, tell) => {
    client.setACL(path, rights.map(aclOf), (error) => {
      tell(error, true);
    });
  });
  return done ?? false;
}

/** @returns false where there is such a znode already @throws MqhaError `zookeeper-unreachable`, `zookeeper-denied` */
export async function makeZnode(
  session: ZooKeeperSession,
  path: string,
  rights: readonly Right[],
  deadline: Deadline,
): Promise<boolean> {
  const made = await session.request<true>(
    path,
    deadline,
    (client, tell) => {
      const mode = zookeeper.CreateMode.PERSISTENT;
      client.create(path, Buffer.alloc(0), rights.map(aclOf), mode, (error) => {
        tell(error, true);
      });
    },
    zookeeper.Exception.NODE_EXISTS,
  );
  return made ?? false;
}

/** Whether these rights are the owner's alone. */
export function isClosed(rights: readonly Right[], owner: Right): boolean {
  return rights.length > 0 && rights.every((right) => isOf(right, owner));
}

/** Whether a znode was made by who knows the password: its own rights name it, also where others have some. */
export function isProven(rights: readonly Right[], owner: Right): boolean {
  return rights.some((right) => isOf(right, owner));
}

const isOf = ({ scheme, id }: Right, owner: Right) => scheme === owner.scheme && id === owner.id;

function aclOf({ scheme, id, permissions }: Right): ACL {
  const { ACL: Acl, Id: IdOf } = zookeeper;
  const whom: Id = new IdOf(scheme, id);
  return new Acl(permissions, whom);
}
