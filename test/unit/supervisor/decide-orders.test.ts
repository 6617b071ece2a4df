import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decisions, election, NODES, running, whole, type View } from './decisions.js';

/** What happens in the world, or is brought to the supervisor, in whatever order. */
type Happening =
  | { readonly kind: 'dies'; readonly node: string }
  | { readonly kind: 'starts'; readonly node: string }
  | { readonly kind: 'elects'; readonly node: string }
  | { readonly kind: 'look-begins' }
  | { readonly kind: 'look-reads-election' }
  | { readonly kind: 'look-asks-ports' }
  | { readonly kind: 'look-arrives' }
  | { readonly kind: 'exit-arrives' }
  | { readonly kind: 'examined' }
  | { readonly kind: 'started'; readonly good: boolean }
  | { readonly kind: 'request'; readonly up: readonly string[] };

const node = fc.constantFrom(...NODES);
const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({ kind: fc.constant('dies' as const), node }),
  fc.record({ kind: fc.constant('starts' as const), node }),
  fc.record({ kind: fc.constant('elects' as const), node }),
  { weight: 3, arbitrary: fc.constant({ kind: 'look-begins' as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'look-reads-election' as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'look-asks-ports' as const }) },
  { weight: 3, arbitrary: fc.constant({ kind: 'look-arrives' as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'exit-arrives' as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'examined' as const }) },
  fc.record({ kind: fc.constant('started' as const), good: fc.boolean() }),
  fc.record({ kind: fc.constant('request' as const), up: fc.subarray([...NODES]) }),
);

/** A look that has begun and is not there yet; its parts are read one after the other. */
interface Looking {
  readonly processes: Pick<View, 'processes'> & { readonly at: number };
  election?: Pick<View, 'election'> & { readonly at: number };
  ports?: Pick<View, 'serving'> & { readonly at: number };
}

/** A world of three brokers, and the news of it that are under way to a supervisor. */
class World {
  readonly decisions = new Decisions();
  now = 0;
  #pids = new Map<string, number>(NODES.map((name, index) => [name, index + 1]));
  #lastPid = 100;
  #master: string | undefined = 'mq01';
  #requests = 1;
  #look: Looking | undefined;
  /** Which process answered last, and when it was asked: an observer trusts that for a while. */
  #answered: { readonly name: string; readonly pid: number; readonly at: number } | undefined;
  readonly #exits: { readonly name: string; readonly pid: number }[] = [];
  readonly #examine: { readonly name: string; readonly pid: number }[] = [];
  #starting: readonly string[] | undefined;
  /** Of which processes the end was brought to the supervisor. */
  readonly known = new Set<number>();

  constructor() {
    this.decisions.want(['zookeeper', ...NODES], '1');
    this.decisions.look(whole(0));
  }

  step(event: Happening): void {
    this.now += 37;
    switch (event.kind) {
      case 'dies': {
        const pid = this.#pids.get(event.node);
        if (pid === undefined) return;
        this.#pids.delete(event.node);
        this.#exits.push({ name: event.node, pid });
        if (this.#master === event.node) this.#master = undefined;
        return;
      }
      case 'starts':
        if (!this.#pids.has(event.node)) this.#pids.set(event.node, ++this.#lastPid);
        return;
      case 'elects':
        if (this.#pids.has(event.node)) this.#master = event.node;
        return;
      case 'look-begins':
        this.#look ??= { processes: { processes: this.#running(), at: this.now } };
        return;
      case 'look-reads-election':
        this.#readElection();
        return;
      case 'look-asks-ports':
        if (this.#look?.election) this.#askPorts();
        return;
      case 'look-arrives':
        this.#arrive();
        return;
      case 'exit-arrives': {
        const exit = this.#exits.shift();
        if (!exit) return;
        this.known.add(exit.pid);
        this.decisions.exited(exit.name, exit.pid, this.now);
        break;
      }
      case 'examined': {
        const { name, pid } = this.#examine.shift() ?? {};
        if (name !== undefined && pid !== undefined) this.decisions.examined(name, pid, this.now);
        break;
      }
      case 'started': {
        if (!this.#starting) return;
        const results = this.#starting.map((name) => {
          if (!event.good) {
            return {
              name,
              outcome: 'failed',
              message: 'no',
              code: undefined,
              alive: false,
            } as const;
          }
          if (!this.#pids.has(name)) this.#pids.set(name, ++this.#lastPid);
          return { name, outcome: 'launched' } as const;
        });
        this.#starting = undefined;
        this.decisions.started(results, this.now);
        break;
      }
      case 'request':
        this.decisions.want(['zookeeper', ...event.up], String(++this.#requests), this.now);
        break;
    }
    this.#take();
  }

  /** Brings everything that is under way, and two looks at what there is. */
  settle(): void {
    this.step({ kind: 'look-arrives' });
    for (let round = 0; round < 40; round++) {
      for (const kind of ['exit-arrives', 'examined', 'look-begins', 'look-arrives'] as const) {
        this.step({ kind });
      }
      this.step({ kind: 'started', good: true });
      this.now += 40_000;
    }
  }

  get living(): ReadonlyMap<string, number> {
    return this.#pids;
  }

  get master(): string | undefined {
    return this.#master;
  }

  #arrive(): void {
    this.#readElection();
    this.#askPorts();
    const { processes, election: elected, ports } = this.#look ?? {};
    if (!processes || !elected || !ports) return;
    this.#look = undefined;
    const before = new Set(this.known);
    for (const { name, info } of this.decisions.state.processes.values()) {
      if (processes.processes.get(name)?.pid !== info.pid) this.known.add(info.pid);
    }
    const look = whole(processes.at, {
      processes: processes.processes,
      election: elected.election,
      znodes: new Map(),
      serving: ports.serving,
      attachments: new Map(),
      ages: { election: elected.at, ports: ports.at },
    });
    const told = this.decisions.look(look, this.now);
    // Nothing that is known to be dead comes to life by an old look.
    for (const entry of told) {
      if (entry.type === 'process-started') expect(before.has(entry.pid)).toBe(false);
      if (entry.type === 'master-serving') {
        const pid = processes.processes.get(entry.master)?.pid ?? 0;
        expect(before.has(pid)).toBe(false);
      }
    }
    this.#take();
  }

  #take(): void {
    for (const action of this.decisions.actions) {
      if (action.type === 'examine') this.#examine.push({ name: action.name, pid: action.pid });
      if (action.type !== 'start') continue;
      // One start at a time, and of nobody who is known to run.
      expect(this.#starting).toBeUndefined();
      this.#starting = action.attempts.map(({ name }) => name);
      for (const name of this.#starting) {
        expect(this.decisions.state.processes.has(name)).toBe(false);
        expect(this.decisions.state.desired.processes[name]?.state).toBe('up');
      }
    }
    this.decisions.actions = [];
  }

  #running(): View['processes'] {
    return new Map([
      ['zookeeper', running(9)],
      ...[...this.#pids].map(([name, pid]) => [name, running(pid)] as const),
    ]);
  }

  #readElection(): void {
    if (!this.#look || this.#look.election) return;
    const members = NODES.filter((name) => this.#pids.has(name));
    this.#look.election = { election: election(this.#master, members), at: this.now };
  }

  #askPorts(): void {
    if (!this.#look || this.#look.ports) return;
    const { name, pid, at } = this.#answered ?? {};
    const elected = this.#look.election?.election?.master?.container;
    const isSame = name !== undefined && this.#look.processes.processes.get(name)?.pid === pid;
    if (at !== undefined && name === elected && isSame) {
      this.#look.ports = { serving: name, at };
      return;
    }
    this.#look.ports = { serving: this.#master, at: this.now };
    const own = this.#pids.get(this.#master ?? '');
    this.#answered =
      this.#master !== undefined && own !== undefined
        ? { name: this.#master, pid: own, at: this.now }
        : undefined;
  }
}

function play(events: readonly Happening[]): World {
  const world = new World();
  for (const event of events) world.step(event);
  return world;
}

const anyOrder = fc.array(happening, { minLength: 1, maxLength: 80 });

describe('in whatever order deaths, looks, starts and requests come', () => {
  it('each process begins once and ends once, in turn', () => {
    fc.assert(
      fc.property(anyOrder, (events) => {
        const { decisions } = play(events);
        for (const name of NODES) {
          const pids: number[] = [];
          for (const entry of decisions.entries) {
            if (entry.type === 'process-started' && entry.node === name) {
              expect(pids).not.toContain(entry.pid);
              pids.push(entry.pid);
            }
          }
          const ends = decisions.told('process-ended').filter((entry) => entry.node === name);
          expect(new Set(ends.map(({ pid }) => pid)).size).toBe(ends.length);
          for (const { pid } of ends) expect(pids).toContain(pid);
        }
      }),
    );
  });

  it('losses and changes of master alternate, and no outage is negative', () => {
    fc.assert(
      fc.property(anyOrder, (events) => {
        const { decisions } = play(events);
        let isLost = false;
        for (const entry of decisions.entries) {
          if (entry.type === 'master-lost') {
            expect(isLost).toBe(false);
            isLost = true;
          } else if (entry.type === 'master-serving') {
            expect(entry.outageMs === null).toBe(!isLost);
            if (entry.outageMs !== null) expect(entry.outageMs).toBeGreaterThanOrEqual(0);
            isLost = false;
          }
        }
      }),
    );
  });

  it('what is known is what there is, once all news have come', () => {
    fc.assert(
      fc.property(anyOrder, (events) => {
        const world = play(events);
        world.settle();
        const { state } = world.decisions;
        const known = [...state.processes.values()].filter(({ name }) => name !== 'zookeeper');
        expect(new Map(known.map(({ name, info }) => [name, info.pid]))).toEqual(
          new Map(world.living),
        );
        expect(state.failovers.isServed).toBe(world.master !== undefined);
        if (world.master !== undefined) expect(state.failovers.last).toBe(world.master);
        expect(state.ending).toEqual([]);
        // Whoever is wanted runs, or was given up.
        for (const name of NODES) {
          const isUp = state.desired.processes[name]?.state === 'up';
          const isGivenUp = state.restarts.get(name)?.state === 'given-up';
          if (isUp && !isGivenUp) expect(world.living.has(name)).toBe(true);
        }
      }),
    );
  });
});
