import type { Member } from '../../election.js';

/** A child of zkPath as ZooKeeper returns it. */
export interface Znode {
  readonly name: string;
  readonly data: string;
  /** The session that holds it, in hexadecimal; the znode goes when that session ends. */
  readonly session: string;
}

/** Members are named `0` and the ten digits of a sequential znode (replicated/groups/ZooKeeperGroup.scala). */
const MEMBER_NAME = /^0\d{10}$/;

/**
 * A child's JSON as a member, LevelDBNodeState in replicated/MasterElector.scala; undefined where the child is none, or its
 * data is not (yet) there.
 */
export function parseMember(znode: Znode): Member | undefined {
  if (!MEMBER_NAME.test(znode.name)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(znode.data);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const field = (name: string): unknown => (value as Record<string, unknown>)[name];
  const text = (name: string): string | null => {
    const found = field(name);
    return typeof found === 'string' ? found : null;
  };
  const id = text('id');
  const position = field('position');
  const weight = field('weight');
  if (id === null) return undefined;
  return {
    znode: znode.name,
    session: znode.session,
    id,
    container: text('container'),
    address: text('address'),
    position: typeof position === 'number' ? position : -1,
    weight: typeof weight === 'number' ? weight : 0,
    elected: text('elected'),
  };
}
