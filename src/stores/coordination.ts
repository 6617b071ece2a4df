import type { Deadline } from '../lib/time.js';
import type { Election, Member } from './election.js';

/** What decides which node is master: of replicatedLevelDB it is ZooKeeper. Its connection is opened when it is first asked. */
export interface Coordination {
  /**
   * Who takes part now, and who is elected.
   * @param onChange called at the next change, once or more, and when the connection is lost after that
   * @throws MqhaError `zookeeper-unreachable` where no answer came before the deadline
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
  /** Ends the connection. Whoever asks after that opens another. */
  close(): void;
}
