import { rmdir } from 'node:fs/promises';
import * as z from 'zod/mini';
import type { Layout } from '../config/layout.js';
import { defineStateFile } from '../lib/state-file.js';

/** What a person wants of one process. */
export type WantedState = 'up' | 'down';

/**
 * What should run: mqha.yaml says what exists, `up`, `start`, `stop`, `kill` and `down` say what of
 * it should run. A process that nobody spoke of is not in it.
 */
export interface DesiredState {
  readonly processes: Readonly<
    Record<string, { readonly state: WantedState; readonly at: string }>
  >;
  /** False after `up --no-supervisor`, so that nobody misses one. */
  readonly supervisor: boolean;
}

/** What the file tells. One that cannot be read never says `down`. */
export type WantedRead =
  | { readonly state: 'read'; readonly wanted: DesiredState }
  /** As before the first start, or removed since. */
  | { readonly state: 'absent' }
  | { readonly state: 'damaged'; readonly why: string };

/** Without it what runs is wanted (desired-state.ts), and a supervisor keeps to what it knew. */
const WANTED = defineStateFile<DesiredState>({
  name: 'wanted.json',
  schema: z.looseObject({
    processes: z.record(
      z.string(),
      z.looseObject({ state: z.enum(['up', 'down']), at: z.string() }),
    ),
    supervisor: z.boolean(),
  }),
  damage: { policy: 'rebuild' },
});

/** Where nobody has said anything yet. */
export const NOTHING_WANTED: DesiredState = { processes: {}, supervisor: true };

export const wantedFile = (layout: Layout) => WANTED.in(layout.state).path;

/** Reads what was wanted last. It never fails: what keeps the file from being read is its damage. */
export async function readDesiredState(layout: Layout): Promise<WantedRead> {
  const read = await WANTED.in(layout.state).read();
  return read.state === 'read' ? { state: 'read', wanted: read.value } : read;
}

/** @throws MqhaError `disk-full`, `no-permission` */
export async function writeDesiredState(layout: Layout, value: DesiredState): Promise<void> {
  // An empty directory in its place would keep `down` from its work.
  await rmdir(wantedFile(layout)).catch(() => undefined);
  await WANTED.in(layout.state).write(value, { over: true });
}

/** Whether a process should run. */
export function isWanted(wanted: DesiredState, name: string): boolean {
  return wanted.processes[name]?.state === 'up';
}

/** That these should run, since a moment. */
export function allWanted(names: Iterable<string>, at: string): DesiredState['processes'] {
  return Object.fromEntries([...names].map((name) => [name, { state: 'up', at }]));
}

/** What is wrong with the file, in words that a sentence can go on after. */
export function wantedDamage(layout: Layout, read: WantedRead): string {
  const file = wantedFile(layout);
  return read.state === 'damaged' ? `${file} is damaged (${read.why})` : `${file} is gone`;
}
