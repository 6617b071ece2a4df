import type { Election, Member } from '../../election.js';
import { parseMember, type Znode } from './members.js';

/**
 * Reads an election from the children of zkPath.
 * @param brokerName members with another one belong to another cluster
 */
export function readElection(znodes: readonly Znode[], brokerName: string): Election {
  const foreign: string[] = [];
  const members: Member[] = [];
  for (const znode of znodes) {
    const member = parseMember(znode);
    if (member?.id === brokerName) members.push(member);
    else foreign.push(znode.name);
  }
  members.sort((a, b) => (a.znode < b.znode ? -1 : 1));
  const [elector] = members;
  const elected = elector?.elected ?? null;
  return {
    members,
    foreign,
    elector,
    master: elected === null ? undefined : members.find((m) => m.znode === `0${elected}`),
  };
}
