/** What is found in a store's directory. */
export interface StoreLook {
  /** `empty`: it holds no unit of work, as before the first message. */
  readonly state: 'empty' | 'whole' | 'damaged';
  /** How far its log goes, in bytes; of a damaged one, how far it went at least. */
  readonly end: number;
  /** Whether nothing is missing at its end: it went that far and no further. */
  readonly exact: boolean;
  /** How far a quorum is known to have had what is in it, in bytes; 0 where that is not known. */
  readonly known: number;
  /** What is wrong with it, in words. */
  readonly damage: readonly string[];
}

/** Of which nothing is known: it stands in for no other. */
export const unreadable = (why: readonly string[]): StoreLook => ({
  state: 'damaged',
  end: 0,
  exact: false,
  known: 0,
  damage: why,
});

/** A copy of a node's store that was set aside. */
export interface KeptStore {
  readonly path: string;
  /** What it takes on the disk, in bytes; files that the store has as well are counted, too. */
  readonly bytes: number;
  /** Why it was set aside, in words. */
  readonly why: string;
  /** Whether it is what a killed attach has left: its master had all of it. */
  readonly ofAttach: boolean;
}

/** How a broker begins why it kept a log that a quorum may have had (dev.mqha.patches.diverged_log.AttachCheck). */
const QUORUM_HAD = 'a quorum had it: ';

/** Whether what is in a copy may be nowhere else, although it was acknowledged. */
export function mayBeOnlyCopy({ why }: KeptStore): boolean {
  return why.startsWith(QUORUM_HAD);
}

/** What was done about a half-done attach. */
export type StashOutcome =
  | { readonly action: 'none' }
  | { readonly action: 'cleared' }
  | {
      readonly action: 'restored';
      /** Where both copies lie; undefined where they were not kept. */
      readonly kept: string | undefined;
    };

/**
 * What a node has on the disk of its store. A directory is the node's data directory, absolute. Whoever changes something
 * there holds the cluster's lock, and its broker does not run.
 */
export interface StoreFiles {
  /** Where a node's store lies in its data directory. */
  directory(data: string): string;
  /** The id under which the master knows this node; undefined before its first start. */
  nodeId(data: string): Promise<string | undefined>;
  /** Lets a node take an id of its own at its next start, as the copy of another does. */
  forgetNodeId(data: string): Promise<void>;
  /** What the log of a store takes of the disk, in bytes. */
  logBytes(data: string): Promise<number>;
  /**
   * Looks whether a store is whole; changes nothing.
   * @throws MqhaError `no-permission`, `no-directory` where it cannot be read: that says nothing of what it holds
   */
  look(data: string): Promise<StoreLook>;
  /**
   * The same for a node whose broker runs.
   * @throws MqhaError as look()
   */
  lookAtRunning(data: string): Promise<StoreLook>;
  /** What was set aside of a node's stores, the newest first. */
  kept(data: string): Promise<KeptStore[]>;
  /**
   * Sets a store aside, so that its broker begins with an empty one.
   * @param why in words
   * @param record of the broker's end, which goes with it
   * @returns where it lies now
   * @throws MqhaError `disk-full`, `no-permission`
   */
  setAside(data: string, now: Date, why: string, record: string): Promise<string>;
  /**
   * Removes the oldest copies beyond the limits.
   * @param limitBytes of all together
   * @param hasRoom whether the disk has room for what killed attaches have left
   * @returns what was removed
   */
  limitKept(data: string, limitBytes: number, hasRoom?: boolean): Promise<string[]>;
  /**
   * Puts right what a killed broker has left, before the next one starts.
   * @param now names a copy that is kept
   * @param hasRoom whether the disk has room for such a copy
   * @throws MqhaError `disk-full`, `no-permission`
   */
  putRight(data: string, now: Date, hasRoom: boolean): Promise<StashOutcome>;
}
