import { startNodes } from '../operations/start/start.js';
import { ensureSupervisor } from '../operations/supervision.js';
import { forgetAside, resumeSuspended, type Left } from '../operations/undo-drill.js';

/**
 * Puts right what a drill has done and not undone: resumes, starts, brings the supervisor back.
 * Nothing of it is done where the record is empty.
 * @returns what was done, in words
 * @throws MqhaError of startNodes() where the cluster does not come back; the record is kept then
 */
export async function recoverAll(left: Left, limitMs: number): Promise<string[]> {
  const { record, calm } = left;
  const done = (await resumeSuspended(left)).map((name) => `resumed ${name}`);
  if (record.undone.killed.length + record.undone.aside.length > 0) {
    const { nodes } = calm.config;
    const { started } = await startNodes(calm, nodes, { timeoutMs: limitMs, whole: true });
    done.push(...started.map((name) => `started ${name}`));
  }
  await forgetAside(left);
  await record.settle('killed');
  if (record.undone.supervisor) {
    await ensureSupervisor(calm);
    await record.settle('supervisor');
    done.push('started the supervisor');
  }
  return done;
}
