import { join } from 'node:path';
import { sinceMark } from '../../agents/local/log.js';

/** What a master says of a slave (replicated/MasterLevelDBStore.scala). */
const SLAVE = /\| Slave (has connected|has now caught up|has disconnected): ([\w-]+) \|/;
/** From here on the process is master; what it said before is of an earlier time as master. */
const PROMOTED = '| Promoted to master |';

/**
 * The node ids of the slaves that are attached, from lines of the master's log: it says so before its console is open.
 * Undefined where the lines do not tell when it became master, so that one may have attached before them.
 */
export function attachedIn(lines: readonly string[]): ReadonlySet<string> | undefined {
  const promoted = lines.findLastIndex((line) => line.includes(PROMOTED));
  if (promoted === -1) return undefined;
  const attached = new Set<string>();
  for (const line of lines.slice(promoted)) {
    const [, said, id] = SLAVE.exec(line) ?? [];
    if (id === undefined) continue;
    if (said === 'has now caught up') attached.add(id);
    else attached.delete(id);
  }
  return attached;
}

/**
 * The same, from the log of a master on this machine.
 * @param mark how long the log was when the process was launched, in bytes
 */
export async function attachedByLog(
  logDirectory: string,
  mark: number,
): Promise<ReadonlySet<string> | undefined> {
  const text = await sinceMark(join(logDirectory, 'activemq.log'), mark);
  return attachedIn(text.split('\n'));
}
