import { MqhaError } from '../lib/errors.js';
import type { Cluster } from './cluster.js';
import { readInForce, writeInForce, type SizeChange } from './sizes.js';

/** What goes on with a change that has not ended. */
export const goesOn = ({ to }: Pick<SizeChange, 'to'>) =>
  `\`mqha scale ${to}\`, or \`mqha up\`, resumes it`;

/**
 * Leaves a change of the number of nodes where it is, since a person stops nodes: whoever is at work on it gives up
 * before its next step. Call it with the cluster's lock held, before something is stopped.
 * @throws MqhaError `disk-full`, `no-permission`
 */
export async function haltChange({ layout, host, journal }: Cluster): Promise<void> {
  // A damaged file names no change, and what runs must be stoppable even so.
  const now = await readInForce(layout).catch(() => undefined);
  if (!now?.change) return;
  const { from, to } = now.change;
  const halted = { at: host.now().toISOString(), command: host.command };
  await writeInForce(layout, { ...now, change: { ...now.change, halted } });
  await journal.append({ source: 'command', type: 'scale', from, to, phase: 'halted' });
  host.emit({
    type: 'warning',
    message: `the change from ${from} to ${to} nodes has not ended and is halted; ${goesOn(now.change)}`,
  });
}

/** Lets a change go on that was halted. Call it with the cluster's lock held. */
export async function resumeChange({ layout }: Cluster): Promise<void> {
  const now = await readInForce(layout);
  if (!now?.change?.halted) return;
  await writeInForce(layout, { ...now, change: { ...now.change, halted: undefined } });
}

/**
 * Refuses the next step of a change that a person has halted. It is certain only with the cluster's lock held.
 * @throws MqhaError `scale-unfinished`
 */
export async function refuseHalted({ layout }: Pick<Cluster, 'layout'>): Promise<void> {
  const change = (await readInForce(layout))?.change;
  if (!change?.halted) return;
  throw new MqhaError(
    'scale-unfinished',
    `the change from ${change.from} to ${change.to} nodes is halted, since \`${change.halted.command}\` stopped nodes`,
    { hint: `To go on: ${goesOn(change)}.` },
  );
}
