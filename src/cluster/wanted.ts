import { join } from 'node:path';
import * as z from 'zod/mini';
import type { Layout } from '../config/layout.js';
import { ensureDirectory, readIfThere, SECRET_DIRECTORY, writeFileAtomic } from '../files.js';
import type { Cluster } from './context.js';

/** What a person wants of one process. */
export type WantedState = 'up' | 'down';

/**
 * What should run: mqha.yaml says what exists, `up`, `start`, `stop`, `kill` and `down` say what of
 * it should run. A process that nobody spoke of is not in it.
 */
export interface Wanted {
  readonly processes: Readonly<
    Record<string, { readonly state: WantedState; readonly at: string }>
  >;
  /** False after `up --no-supervisor`, so that nobody misses one. */
  readonly supervisor: boolean;
}

const wanted = z.object({
  processes: z.record(z.string(), z.object({ state: z.enum(['up', 'down']), at: z.string() })),
  supervisor: z.boolean(),
});

const NOTHING: Wanted = { processes: {}, supervisor: true };

const wantedFile = (layout: Layout) => join(layout.state, 'wanted.json');

/** What was wanted last; a damaged file says nothing. */
export async function readWanted(layout: Layout): Promise<Wanted> {
  const text = await readIfThere(wantedFile(layout));
  if (text === undefined) return NOTHING;
  try {
    return wanted.parse(JSON.parse(text));
  } catch {
    return NOTHING;
  }
}

/** Whether a process should run. */
export function isWanted(wanted: Wanted, name: string): boolean {
  return wanted.processes[name]?.state === 'up';
}

/**
 * Notes what should run from now on, before it is done: a supervisor then neither revives what is
 * being stopped nor leaves what is being started. Call it with the cluster's lock held.
 * @throws MqhaError `disk-full`, `no-permission`
 */
export async function want(
  cluster: Cluster,
  names: readonly string[],
  state: WantedState,
): Promise<void> {
  const { layout, host, journal } = cluster;
  if (names.length === 0) return;
  const before = await readWanted(layout);
  const at = host.now().toISOString();
  const now = Object.fromEntries(names.map((name) => [name, { state, at }]));
  await writeWanted(layout, { ...before, processes: { ...before.processes, ...now } });
  await journal.append({
    source: 'command',
    type: 'wanted',
    nodes: [...names],
    state,
    command: host.command,
  });
}

/** Notes whether a supervisor should look after the cluster. Call it with the lock held. */
export async function wantSupervisor(layout: Layout, supervisor: boolean): Promise<void> {
  const before = await readWanted(layout);
  if (before.supervisor !== supervisor) await writeWanted(layout, { ...before, supervisor });
}

async function writeWanted(layout: Layout, value: Wanted): Promise<void> {
  await ensureDirectory(layout.state, SECRET_DIRECTORY);
  await writeFileAtomic(wantedFile(layout), `${JSON.stringify(value, null, 2)}\n`);
}
