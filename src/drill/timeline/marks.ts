import { isSame } from '../../agents/process.js';
import { processReadings, type Observation } from '../../observe/observation.js';
import { valueOf } from '../../observe/reading.js';
import type { Election } from '../../stores/election.js';
import type { Member } from '../../stores/election.js';
import type { Mark } from '../result.js';

/** Something that has changed between two looks at a cluster. */
export type Change = Omit<Mark, 'at'>;

/** Which processes have ended and come between two looks; what one of them does not know has not changed. */
export function processChanges(before: Observation, now: Observation): Change[] {
  const readings = processReadings(now);
  return [...processReadings(before)].flatMap(([name, reading]) => {
    const next = readings.get(name);
    if (!next || 'unknown' in next || 'unknown' in reading) return [];
    const [was, is] = [reading.value, next.value];
    if (was === is || isSame(was, is)) return [];
    const changes: Change[] = [];
    if (was) {
      changes.push({ kind: 'process-ended', node: name, text: `${name} (pid ${was.pid}) ended` });
    }
    if (is)
      changes.push({ kind: 'repair', node: name, text: `${name} was started (pid ${is.pid})` });
    return changes;
  });
}

/** Who is master by one look after another. */
export interface MasterSeen {
  /** Whether an election was seen yet. */
  readonly begun: boolean;
  /** Who was elected last, while it may be master still. */
  readonly master: Member | undefined;
}

/** Who was elected since the last look, and has started its store. */
export function electionChanges(
  before: MasterSeen,
  seen: Observation,
): { readonly seen: MasterSeen; readonly changes: readonly Change[] } {
  const election = valueOf(seen.election);
  if (!election) return { seen: before, changes: [] };
  const master = election.master ?? remaining(before, election);
  const next = { begun: true, master };
  if (!before.begun || !election.master) return { seen: next, changes: [] };
  const { container, znode, address } = election.master;
  const name = container ?? znode;
  const elected = before.master?.znode !== znode;
  const changes: Change[] = [];
  if (elected) changes.push({ kind: 'election', node: name, text: `${name} was elected` });
  if (address !== null && (elected || before.master.address !== address)) {
    const text = `${name} has started its store as master`;
    changes.push({ kind: 'promotion', node: name, text });
  }
  return { seen: next, changes };
}

/** A new elector has named nobody yet; the master that was there may go on. */
function remaining({ master }: MasterSeen, { members }: Election): Member | undefined {
  const left = members.find(({ znode }) => znode === master?.znode);
  return left?.address ? master : undefined;
}
