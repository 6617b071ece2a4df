/** A child of zkPath as ZooKeeper returns it. */
export interface Znode {
  readonly name: string;
  readonly data: string;
  /** The session that holds it, in hexadecimal; the znode goes when that session ends. */
  readonly session: string;
}

/** What a broker says of itself in its znode (LevelDBNodeState in replicated/MasterElector.scala). */
export interface Member {
  readonly znode: string;
  readonly session: string;
  /** The brokerName: members with the same one are one replication set. */
  readonly id: string;
  /** The node's name; null where the broker was not configured by mqha. */
  readonly container: string | null;
  /** Set by a master once its replication port is bound. */
  readonly address: string | null;
  /** The end of its log while an election runs, else -1. */
  readonly position: number;
  readonly weight: number;
  /** Whom the elector elected: a znode's name without its first `0`. Means nothing in other members. */
  readonly elected: string | null;
}

/** Members are named `0` and the ten digits of a sequential znode (replicated/groups/ZooKeeperGroup.scala). */
const MEMBER_NAME = /^0\d{10}$/;

/** A child's JSON as a member; undefined where the child is none, or its data is not (yet) there. */
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
