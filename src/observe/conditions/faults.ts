import type { Attachment } from '../../stores/replicated-leveldb/attachment.js';
import { membersOf, vetoing, type Election } from '../../stores/election.js';
import type { KillCode } from '../../state/journal/entries.js';

/** What can be wrong with a process that lives. */
export type FaultCode = Exclude<KillCode, 'behind' | 'hopeless'>;

/** A process at fault now; it is acted on when it has been so without a change for its limit. */
export interface Fault {
  readonly name: string;
  readonly code: FaultCode;
  /** Changes where there is progress; the limit then begins anew. */
  readonly detail: string;
}

/** What the rules need to know; names are those of nodes. */
export interface FaultInput {
  /** Undefined while ZooKeeper does not answer: then nothing can be said of the brokers. */
  readonly election: Election | undefined;
  readonly quorum: number;
  /** Nodes whose process lives. */
  readonly alive: ReadonlySet<string>;
  /** Those of them that are stopped by a signal. */
  readonly suspended: ReadonlySet<string>;
  /** Nodes whose process has been a member since it was started. */
  readonly registered: ReadonlySet<string>;
  /** The node whose message port answers in the protocol. */
  readonly serving: string | undefined;
  /** The znode of the elected member that has served since it was elected. */
  readonly served: string | undefined;
  readonly attachments: ReadonlyMap<
    string,
    { readonly state: Attachment | 'unknown'; readonly progress: number }
  >;
  /** Whether the managed ZooKeeper lives and does not say that it serves. */
  readonly zookeeperSilent: boolean;
}

/** Every process that is at fault at this moment. */
export function faultsOf(sight: FaultInput): Fault[] {
  const { election, alive } = sight;
  if (sight.zookeeperSilent) return [{ name: 'zookeeper', code: 'zookeeper-hung', detail: '' }];
  if (!election) return [];
  const faults: Fault[] = [];
  const add = (name: string | null | undefined, code: FaultCode, detail: string) => {
    if (name !== null && name !== undefined && alive.has(name)) faults.push({ name, code, detail });
  };
  const { master } = election;
  if (master && master.container !== sight.serving) {
    const code =
      sight.served === master.znode
        ? 'hung'
        : master.address === null
          ? 'promotion-stuck'
          : 'not-serving';
    add(master.container, code, master.znode);
  }
  const [first] = vetoing(election, sight.quorum);
  add(first?.container, 'vetoing', first?.znode ?? '');
  for (const name of alive) {
    if (sight.suspended.has(name) && name !== master?.container) add(name, 'hung', 'suspended');
    if (membersOf(election, name).length === 0) {
      add(name, sight.registered.has(name) ? 'not-a-member' : 'not-registered', '');
      continue;
    }
    const attachment = sight.attachments.get(name);
    // Without a master there is nobody to attach to.
    const loose = attachment?.state === 'none' && typeof master?.address === 'string';
    if (name !== master?.container && attachment && (loose || attachment.state === 'attaching')) {
      add(name, 'attach-stuck', `${attachment.state} ${attachment.progress}`);
    }
  }
  return faults;
}
