import * as z from 'zod/mini';
import type { Layout } from '../config/layout.js';
import { defineStateFile } from '../lib/state-file.js';
import type { Cluster, Host } from './cluster.js';
import { BEGUN, beginning, OperationRecord, type Begun } from './operations-log.js';

/** What a drill has done to a cluster and not undone yet. */
export interface Undone {
  /** Processes that were suspended, and may be still. */
  readonly suspended: readonly {
    readonly name: string;
    readonly pid: number;
    readonly startTime: string;
  }[];
  /** Nodes (or `zookeeper`) that were killed and may not run. */
  readonly killed: readonly string[];
  /** Those of the killed that the drill keeps down: it has noted that nobody is to start them. */
  readonly keptDown?: readonly string[] | undefined;
  /** Nodes whose data directory was put aside, so that they came as new ones. */
  readonly aside: readonly string[];
  /** Whether the supervisor was ended. */
  readonly supervisor: boolean;
}

const NOTHING: Undone = { suspended: [], killed: [], aside: [], supervisor: false };

/** A damaged record says nothing: `status` shows what is suspended or does not run even so. */
const DRILL = defineStateFile<Undone & Begun>({
  name: 'drill.json',
  schema: z.looseObject({
    ...BEGUN,
    suspended: z.array(z.looseObject({ name: z.string(), pid: z.number(), startTime: z.string() })),
    killed: z.array(z.string()),
    keptDown: z.optional(z.array(z.string())),
    aside: z.array(z.string()),
    supervisor: z.boolean(),
  }),
  damage: { policy: 'ignore' },
});

/** Where the data directory of a node lies while a new one takes its place. */
export function asideOf({ layout }: Cluster, name: string): string {
  return `${layout.node(name).data}.aside`;
}

/**
 * What a drill does to a cluster, written down before it is done (`.mqha/drill.json`): whoever comes
 * after a drill that was killed can put it right.
 */
export class DrillRecord {
  readonly #record: OperationRecord<Undone & Begun>;
  readonly #host: Host | undefined;
  #noted: (Undone & Begun) | undefined;

  private constructor(
    record: OperationRecord<Undone & Begun>,
    noted: (Undone & Begun) | undefined,
    host: Host | undefined,
  ) {
    this.#record = record;
    this.#noted = noted;
    this.#host = host;
  }

  /**
   * The record of an earlier drill, or an empty one.
   * @param host of who adds to it, so that it says who has begun, and when
   */
  static async open(layout: Layout, host?: Host): Promise<DrillRecord> {
    const record = new OperationRecord(DRILL.in(layout.state));
    return new DrillRecord(record, await record.load(), host);
  }

  get undone(): Undone {
    const { suspended, killed, keptDown = [], aside, supervisor } = this.#noted ?? NOTHING;
    return { suspended, killed, ...(keptDown.length > 0 && { keptDown }), aside, supervisor };
  }

  /** Who has begun it, and when; empty where nothing is to be undone, or an earlier mqha has written it. */
  get begun(): Begun {
    const { began, command } = this.#noted ?? {};
    return { began, command };
  }

  get isEmpty(): boolean {
    const { suspended, killed, aside, supervisor } = this.undone;
    return suspended.length + killed.length + aside.length === 0 && !supervisor;
  }

  /** Notes more, before it is done. @throws MqhaError `disk-full`, `no-permission` */
  async add(more: Partial<Undone>): Promise<void> {
    const { suspended, killed, keptDown = [], aside, supervisor } = this.undone;
    const begun = this.#noted ?? (this.#host ? beginning(this.#host) : {});
    this.#noted = {
      ...begun,
      suspended: [...suspended, ...(more.suspended ?? [])],
      killed: [...new Set([...killed, ...(more.killed ?? [])])],
      keptDown: [...new Set([...keptDown, ...(more.keptDown ?? [])])],
      aside: [...new Set([...aside, ...(more.aside ?? [])])],
      supervisor: supervisor || more.supervisor === true,
    };
    await this.#record.note(this.#noted);
  }

  /** Notes what was undone: the named fields are empty then. */
  async settle(...fields: readonly (keyof Undone)[]): Promise<void> {
    const nothing = Object.fromEntries(fields.map((field) => [field, NOTHING[field]]));
    const keptDown = fields.includes('killed') ? { keptDown: [] } : {};
    await this.leave({ ...this.undone, ...keptDown, ...nothing });
  }

  /** Notes what is left to be undone. */
  async leave(left: Partial<Undone>): Promise<void> {
    this.#noted = { ...NOTHING, ...this.#noted, ...left };
    if (this.isEmpty) {
      this.#noted = undefined;
      await this.#record.end();
    } else await this.#record.note(this.#noted);
  }
}
