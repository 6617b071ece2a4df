import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Layout } from '../config/layout.js';
import { readIfThere, writeFileAtomic } from '../lib/files.js';

const schema = z.object({
  /** Processes that were suspended, and may be still. */
  suspended: z.array(z.object({ name: z.string(), pid: z.number(), startTime: z.string() })),
  /** Nodes (or `zookeeper`) that were killed and may not run. */
  killed: z.array(z.string()),
  /** Nodes whose data directory was put aside, so that they came as new ones. */
  aside: z.array(z.string()),
  /** Whether the supervisor was ended. */
  supervisor: z.boolean(),
});

/** What a drill has done to a cluster and not undone yet. */
export type Undone = z.infer<typeof schema>;

const NOTHING: Undone = { suspended: [], killed: [], aside: [], supervisor: false };

/**
 * What a drill does to a cluster, written down before it is done (`.mqha/drill.json`): whoever comes
 * after a drill that was killed can put it right.
 */
export class DrillRecord {
  readonly #file: string;
  #undone: Undone;

  private constructor(file: string, undone: Undone) {
    this.#file = file;
    this.#undone = undone;
  }

  /** The record of an earlier drill, or an empty one. A damaged one says nothing. */
  static async open(layout: Layout): Promise<DrillRecord> {
    const file = join(layout.state, 'drill.json');
    const text = await readIfThere(file);
    return new DrillRecord(file, text === undefined ? NOTHING : parse(text));
  }

  get undone(): Undone {
    return this.#undone;
  }

  get isEmpty(): boolean {
    const { suspended, killed, aside, supervisor } = this.#undone;
    return suspended.length + killed.length + aside.length === 0 && !supervisor;
  }

  /** Notes more, before it is done. @throws MqhaError `disk-full`, `no-permission` */
  async add(more: Partial<Undone>): Promise<void> {
    const { suspended, killed, aside, supervisor } = this.#undone;
    this.#undone = {
      suspended: [...suspended, ...(more.suspended ?? [])],
      killed: [...new Set([...killed, ...(more.killed ?? [])])],
      aside: [...new Set([...aside, ...(more.aside ?? [])])],
      supervisor: supervisor || more.supervisor === true,
    };
    await writeFileAtomic(this.#file, `${JSON.stringify(this.#undone, null, 2)}\n`);
  }

  /** Notes what was undone: the named fields are empty then. */
  async settle(...fields: readonly (keyof Undone)[]): Promise<void> {
    const now: Undone = { ...this.#undone };
    for (const field of fields) Object.assign(now, { [field]: NOTHING[field] });
    this.#undone = now;
    if (this.isEmpty) await rm(this.#file, { force: true });
    else await writeFileAtomic(this.#file, `${JSON.stringify(now, null, 2)}\n`);
  }
}

function parse(text: string): Undone {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return NOTHING;
  }
}
