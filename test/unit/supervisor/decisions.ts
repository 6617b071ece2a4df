import type { ProcessInfo } from '../../../src/agents/process.js';
import type { NewEntry } from '../../../src/state/journal/entries.js';
import type { EndRecord } from '../../../src/stores/end-record.js';
import {
  unseen,
  type AttachmentFound,
  type Observation,
  type OwnZnode,
} from '../../../src/observe/observation.js';
import { found, unknown } from '../../../src/observe/reading.js';
import { readElection } from '../../../src/stores/replicated-leveldb/election/read-election.js';
import { type Election } from '../../../src/stores/election.js';
import type { Action } from '../../../src/supervisor/core/action.js';
import { decide } from '../../../src/supervisor/core/decide.js';
import type { StartResult, SupervisorEvent } from '../../../src/supervisor/core/event.js';
import { initialState, type State } from '../../../src/supervisor/core/state.js';
import { config as CONFIG, znode } from '../scenes.js';

export const NODES = ['mq01', 'mq02', 'mq03'];

export { CONFIG };

/** A process of a node; another pid is another process. */
export const running = (pid: number, suspended = false): ProcessInfo => ({
  pid,
  startTime: `${pid}`,
  argv: [],
  suspended,
});

/** All of them run. */
export const allRunning = () =>
  new Map([
    ['zookeeper', running(9)],
    ...NODES.map((name, index) => [name, running(index + 1)] as const),
  ]);

/** What a supervisor sees, in plain values. */
export interface View {
  readonly processes: ReadonlyMap<string, ProcessInfo>;
  readonly election: Election | undefined;
  /** Those that are proven to be their process's. */
  readonly znodes: ReadonlyMap<string, OwnZnode>;
  readonly serving: string | undefined;
  /** Whether who serves lets no other client in. */
  readonly full: boolean;
  readonly attachments: ReadonlyMap<string, AttachmentFound>;
  readonly zookeeperSilent: boolean;
  /** When parts of the look began, where that was not when it all began. */
  readonly ages: Partial<Record<'processes' | 'election' | 'ports' | 'logs', number>>;
}

/** What a look sees where everything is well: all run, mq01 is elected and serves, the others are attached. */
export function whole(began: number, changed: Partial<View> = {}): Observation {
  const processes = changed.processes ?? allRunning();
  const view: View = {
    processes,
    election: election('mq01'),
    znodes: new Map(
      NODES.flatMap((name, index) => {
        const { name: own, session } = znode(index + 1, name);
        const isOwn = processes.get(name)?.pid === index + 1;
        return isOwn ? [[name, { znode: own, session }] as const] : [];
      }),
    ),
    serving: 'mq01',
    full: false,
    attachments: new Map(
      NODES.filter((name) => processes.has(name)).map((name) => {
        const state = name === 'mq01' ? ('none' as const) : ('attached' as const);
        return [name, { state, progress: 1, lagBytes: undefined }];
      }),
    ),
    zookeeperSilent: false,
    ages: {},
    ...changed,
  };
  const at = { processes: began, election: began, ports: began, logs: began, ...view.ages };
  const nothing = unseen(CONFIG, () => true, began);
  return {
    ...nothing,
    zookeeper: {
      process: found(view.processes.get('zookeeper'), at.processes),
      serves: found(!view.zookeeperSilent, at.election),
    },
    election: view.election ? found(view.election, at.election) : unknown('no answer', at.election),
    nodes: nothing.nodes.map((unread) => {
      const { name } = unread.node;
      const own = view.znodes.get(name);
      const attachment = view.attachments.get(name);
      return {
        ...unread,
        process: found(view.processes.get(name), at.processes),
        accepting: found(name === view.serving, at.ports),
        full: found(name === view.serving && view.full, at.ports),
        znode: own ? found(own, at.election) : unread.znode,
        attachment: attachment ? found(attachment, at.logs) : unread.attachment,
      };
    }),
  };
}

/** The members that are there, and whom the first of them has elected. */
export function election(master: string | undefined, members: readonly string[] = NODES) {
  const znodes = members.map((name, index) => {
    const number = NODES.indexOf(name) + 1;
    const elected = index === 0 && master ? `000000000${NODES.indexOf(master) + 1}` : null;
    return znode(number, name, {
      position: 100,
      ...(elected === null ? {} : { elected }),
      ...(name === master ? { address: 'tcp://127.0.0.1:1' } : {}),
    });
  });
  return readElection(znodes, CONFIG.name);
}

/** A look after the process of a node has ended. */
export const without = (name: string, began: number, changed: Partial<View> = {}) => {
  const processes = new Map([...allRunning()].filter(([other]) => other !== name));
  const members = NODES.filter((other) => other !== name);
  const nobody = { election: election(undefined, members), serving: undefined };
  return whole(began, { processes, ...nobody, ...changed });
};

/** A look where mq01 serves as before, after these have ended. */
export const servedWithout = (
  gone: readonly string[],
  began: number,
  changed: Partial<View> = {},
) => {
  const processes = new Map([...allRunning()].filter(([name]) => !gone.includes(name)));
  const members = NODES.filter((name) => !gone.includes(name));
  return whole(began, { processes, election: election('mq01', members), ...changed });
};

export const ended = (code: string, message: string): EndRecord => ({
  at: '2026-11-29T10:00:00.000Z',
  pid: 1,
  exitCode: 1,
  code,
  message,
});

/** A supervisor's decisions, one after the other. */
export class Decisions {
  state: State = initialState(CONFIG);
  readonly entries: NewEntry[] = [];
  /** Of the last event. */
  actions: readonly Action[] = [];

  learn(event: SupervisorEvent, now: number): NewEntry[] {
    const { state, entries, actions } = decide(this.state, event, now);
    this.state = state;
    this.entries.push(...entries);
    this.actions = actions;
    return [...entries];
  }

  /** A look, which arrives as it begins unless told otherwise. */
  look(seen: Observation, now = seen.election.at): NewEntry[] {
    return this.learn({ type: 'observed', seen }, now);
  }

  /** A person wants these up, and the others down. */
  want(names: readonly string[], at: string, now = 0): void {
    const all = ['zookeeper', ...NODES];
    this.learn(
      {
        type: 'desired',
        desired: {
          processes: Object.fromEntries(
            all.map((name) => [name, { state: names.includes(name) ? 'up' : 'down', at }]),
          ),
          supervisor: true,
        },
      },
      now,
    );
  }

  started(results: readonly StartResult[], now: number, lost: readonly string[] = []): NewEntry[] {
    return this.learn({ type: 'started', results, lost, at: '2026-11-29T10:00:00.000Z' }, now);
  }

  exited(name: string, pid: number, now: number): NewEntry[] {
    return this.learn({ type: 'exited', name, pid, startTime: `${pid}` }, now);
  }

  examined(
    name: string,
    pid: number,
    now: number,
    left: Partial<SupervisorEvent & { readonly type: 'examined' }> = {},
  ): NewEntry[] {
    const { desired } = this.state;
    const at = '2026-11-29T10:00:00.000Z';
    const event = { type: 'examined', name, pid, startTime: `${pid}`, at } as const;
    return this.learn(
      { ...event, end: undefined, diskFull: false, last: [], desired, ...left },
      now,
    );
  }

  /** A process ends, and it is examined what it has left. */
  dies(
    name: string,
    pid: number,
    now: number,
    left?: Partial<SupervisorEvent & { readonly type: 'examined' }>,
  ): void {
    this.exited(name, pid, now);
    this.examined(name, pid, now + 1, left);
  }

  /** Actions of the last event, of one kind. */
  done<T extends Action['type']>(type: T): (Action & { readonly type: T })[] {
    return this.actions.filter(
      (action): action is Action & { readonly type: T } => action.type === type,
    );
  }

  /** Entries of one kind, of all events. */
  told<T extends NewEntry['type']>(type: T): (NewEntry & { readonly type: T })[] {
    return this.entries.filter(
      (entry): entry is NewEntry & { readonly type: T } => entry.type === type,
    );
  }

  /** Everything is well, and wanted. */
  static whole(): Decisions {
    const decisions = new Decisions();
    decisions.want(['zookeeper', ...NODES], '1');
    decisions.look(whole(0));
    decisions.look(whole(1000));
    return decisions;
  }
}
