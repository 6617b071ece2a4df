import type { Deadline } from '../lib/time.js';
import type { Election, Member } from './election.js';

/** Who may take part in an election, and change what others have said there. */
export interface Protection {
  /** `closed`: only who knows the cluster's password; `absent`: there is nothing yet. */
  readonly state: 'closed' | 'open' | 'absent';
  /** The znodes there that were made by somebody who does not know the password. */
  readonly unproven: readonly string[];
}

/** What became of an attempt to close it to others. */
export interface Protected {
  /** False while it stays open: members need that, or somebody else owns it. */
  readonly closed: boolean;
  /** Once it is closed: what was made before by somebody who does not know the password. */
  readonly unproven: readonly string[];
}

/** What decides which node is master: of replicatedLevelDB it is ZooKeeper. Its connection is opened when it is first asked. */
export interface Coordination {
  /**
   * Who takes part now, and who is elected.
   * @param onChange called at the next change, once or more, and when the connection is lost after that
   * @throws MqhaError `zookeeper-unreachable` where no answer came before the deadline; `zookeeper-denied` where the
   *   cluster's password is not that of whoever made it
   */
  snapshot(deadline: Deadline, onChange?: () => void): Promise<Election>;
  /**
   * Takes the member of a process that is proven dead out of the election.
   * @returns false where it was gone already
   * @throws MqhaError `zookeeper-unreachable`
   */
  release(member: Pick<Member, 'znode'>, deadline: Deadline): Promise<boolean>;
  /**
   * Removes what the cluster has left there, once its last member has gone; what others use stays.
   * @returns what was removed
   * @throws MqhaError `zookeeper-unreachable`
   */
  erase(deadline: Deadline): Promise<string[]>;
  /**
   * Who may take part now.
   * @throws MqhaError `zookeeper-unreachable`, `zookeeper-denied`
   */
  protection(deadline: Deadline): Promise<Protection>;
  /**
   * Makes what the cluster needs there, and closes it to everybody who does not know its password; with a server of its
   * own all of that server.
   * @param whole false while members are there that do not know it: they go on
   * @throws MqhaError `zookeeper-unreachable`, `zookeeper-denied`, `credentials-missing`
   */
  protect(whole: boolean, deadline: Deadline): Promise<Protected>;
  /**
   * Lets everybody take part again.
   * @throws MqhaError `zookeeper-unreachable`, `zookeeper-denied`
   */
  open(deadline: Deadline): Promise<void>;
  /** Ends the connection. Whoever asks after that opens another. */
  close(): void;
}
