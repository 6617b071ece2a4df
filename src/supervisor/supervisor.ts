import { processNames } from '../config/processes.js';
import { unseenEnds } from './unseen-ends.js';
import type { ClusterConfig } from '../config/schema.js';
import { existsSync, statSync } from 'node:fs';
import { messageOf } from '../lib/errors.js';
import { before, Deadline, sleep } from '../lib/time.js';
import { openCluster, type Cluster } from '../state/cluster.js';
import type { Entry, NewEntry } from '../state/journal/entries.js';
import { changesOfMaster, copiesLostIn } from '../state/journal/history.js';
import { carryOut, endOf } from './actions.js';
import type { Action } from './core/action.js';
import { decide, pauseOf } from './core/decide.js';
import type { SupervisorEvent } from './core/event.js';
import { initialState, type State } from './core/state.js';
import { DesiredStateReader } from './desired-state-reader.js';
import { Observer } from './observer.js';
import type { Starts } from './starts.js';
import { StateWriter } from './state-writer.js';
import { Watches } from './watches.js';
import { ZnodeAccess } from './znode-access.js';

/** The pause after a look that failed. */
const STUMBLED_MS = 1000;

/** Who ends the supervisor waits for it. */
const END_MS = 1000;

/**
 * Looks after the brokers and the managed ZooKeeper of one cluster on this host, until its signal is
 * aborted or the cluster is gone. The brokers do not depend on it: it takes over what runs, and what
 * runs stays when it ends. Call it with the supervisor's lock held.
 *
 * It learns by events: a look now and then, the end of a process, what came of an action. Each is given to decide(), one
 * after the other; what follows is begun at once, and nothing waits for it.
 */
export class Supervisor {
  #cluster: Cluster;
  #state: State;
  readonly #zookeeper: Pick<ClusterConfig['zookeeper'], 'connect' | 'tls'>;
  readonly #observer: Observer;
  readonly #watches: Watches;
  readonly #desired = new DesiredStateReader();
  readonly #znodeAccess = new ZnodeAccess();
  readonly #starts: Starts = { prepared: undefined };
  readonly #stateWriter: StateWriter;
  /** Entries are written in the order in which they were decided. */
  #journal: Promise<unknown> = Promise.resolve();
  readonly #underWay = new Set<Promise<void>>();
  #isReleasing = false;
  #ended = false;
  #wakeUp = new AbortController();
  #fileTime: number;
  #trouble = '';

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    this.#state = initialState(cluster.config);
    this.#stateWriter = new StateWriter(cluster.host.now());
    const { connect, tls } = cluster.config.zookeeper;
    this.#zookeeper = { connect, tls };
    this.#observer = new Observer(cluster, () => {
      this.#wake();
    });
    this.#watches = new Watches((name, { pid, startTime }) => {
      this.#learn({ type: 'exited', name, pid, startTime });
    });
    this.#fileTime = this.#timeOfFile();
  }

  /**
   * @param mayGoOn asked before each look; it ends where the answer is no
   * @param onReady called after the first look
   */
  async run(
    mayGoOn: () => Promise<boolean>,
    onReady: (takenOver: readonly string[]) => Promise<void>,
  ): Promise<void> {
    const { signal } = this.#cluster.host;
    const stop = () => {
      this.#wake();
    };
    signal.addEventListener('abort', stop);
    let ready = false;
    await this.#recall();
    while (!signal.aborted && existsSync(this.#cluster.layout.file) && (await mayGoOn())) {
      this.#wakeUp = new AbortController();
      const pause = await this.#turn().catch((error: unknown) => {
        this.#stumble(error);
        return STUMBLED_MS;
      });
      if (!ready) await onReady([...this.#state.processes.keys()]);
      ready = true;
      await sleep(pause, this.#wakeUp.signal);
    }
    signal.removeEventListener('abort', stop);
    this.#ended = true;
    this.#watches.close();
    // What is not done by then is found and done by the next supervisor.
    const end = Deadline.in(END_MS);
    await before(end, Promise.all(this.#underWay));
    await before(end, this.#journal);
  }

  /** What happened while no supervisor was there: `mqha up` starts one when it is done. */
  async #recall(): Promise<void> {
    const { config, registry, journal, here, host } = this.#cluster;
    // A journal that cannot be read does not keep the brokers from being supervised.
    const before = await journal.read().catch(() => []);
    const running = await registry.findAll(processNames(config, config.nodes));
    const unseen = unseenEnds(before, {
      running: new Map([...running].map(([name, { pid }]) => [name, pid])),
      bootedAt: here.bootedAt(host.now()),
    });
    this.#write(unseen);
    const at = this.#cluster.host.now().toISOString();
    const entries = [...before, ...unseen.map((entry): Entry => ({ at, ...entry }))];
    this.#state = initialState(config, {
      master: changesOfMaster(entries).at(-1),
      copiesLost: copiesLostIn(entries),
    });
    for (const { name } of config.nodes) {
      const pid = (await registry.find(name)) ? undefined : await registry.lastPid(name);
      const end = pid === undefined ? undefined : await endOf(this.#cluster, name, pid);
      if (end) this.#learn({ type: 'recalled', name, end });
    }
  }

  /** A look that failed is told once, and tried again. */
  #stumble(error: unknown): void {
    const reason = messageOf(error);
    if (reason !== this.#trouble) {
      this.#write([{ source: 'supervisor', type: 'supervisor-problem', reason }]);
    }
    this.#trouble = reason;
  }

  #wake(): void {
    this.#wakeUp.abort();
  }

  /** A look; returns the pause until the next. */
  async #turn(): Promise<number> {
    await this.#reload();
    this.#learn({ type: 'desired', desired: await this.#desired.read(this.#cluster) });
    const { processes, failovers } = this.#state;
    const attachments = this.#watches.attachments();
    const seen = await this.#observer.look(failovers.last, processes, attachments);
    this.#learn({ type: 'observed', seen });
    await this.#stateWriter.write(this.#cluster, this.#state, performance.now());
    if ('value' in seen.election && this.#znodeAccess.isDue) {
      const closing = this.#znodeAccess.close(this.#observer.cluster).finally(() => {
        this.#underWay.delete(closing);
      });
      this.#underWay.add(closing);
    }
    this.#trouble = '';
    return pauseOf(this.#state);
  }

  /** Takes in what was learned, and begins what follows from it. */
  #learn(event: SupervisorEvent): void {
    const { state, entries, actions } = decide(this.#state, event, performance.now());
    this.#state = state;
    this.#write(entries);
    if (this.#ended) return;
    let released: Promise<void> = Promise.resolve();
    for (const action of actions) {
      // The others elect a master once the dead one's znode is gone: nothing else takes time before that.
      const done = this.#begin(action, action.type === 'examine' ? released : undefined);
      if (action.type === 'release') released = done;
    }
    this.#watches.follow(this.#cluster, state.processes);
    // What else is learned waits for the next look: one more takes the cores from whoever is being promoted.
    if (event.type === 'examined' || event.type === 'started') this.#wake();
  }

  #begin(action: Action, after?: Promise<void>): Promise<void> {
    // The next look asks again.
    if (action.type === 'release-noted' && this.#isReleasing) return Promise.resolve();
    if (action.type === 'release-noted') this.#isReleasing = true;
    const done = this.#carryOut(action, after).finally(() => {
      if (action.type === 'release-noted') this.#isReleasing = false;
      this.#underWay.delete(done);
    });
    this.#underWay.add(done);
    return done;
  }

  async #carryOut(action: Action, after?: Promise<void>): Promise<void> {
    try {
      await after;
      const events = await carryOut(action, {
        cluster: this.#observer.cluster,
        desired: this.#desired,
        starts: this.#starts,
      });
      for (const event of events) this.#learn(event);
    } catch (error) {
      this.#stumble(error);
    }
  }

  #write(entries: readonly NewEntry[]): void {
    for (const entry of entries) {
      this.#journal = this.#journal.then(async () => {
        const { host, here, journal } = this.#cluster;
        if (entry.type !== 'process-started') return journal.append(entry);
        // It may have run for long before it was looked for.
        const began = await here.startedAt(entry.pid, host.now());
        return journal.append({ ...entry, ...(began && { began: began.toISOString() }) });
      });
    }
  }

  /** What runs is where it was started, whatever mqha.yaml says of ZooKeeper's addresses now. */
  #asConnected(cluster: Cluster): Cluster {
    const { config, host, store, layout } = cluster;
    const zookeeper = { ...config.zookeeper, ...this.#zookeeper };
    const settings = { name: config.name, zookeeper };
    const coordination = host.connections.coordinationOf(store, settings, layout, cluster.tls);
    return { ...cluster, coordination };
  }

  #timeOfFile(): number {
    return statSync(this.#cluster.layout.file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  }

  /** mqha.yaml says what exists; while it cannot be read the last that could is valid. */
  async #reload(): Promise<void> {
    const time = this.#timeOfFile();
    if (time === this.#fileTime) return;
    this.#fileTime = time;
    try {
      this.#cluster = this.#asConnected(
        await openCluster(this.#cluster.layout.directory, this.#cluster.host),
      );
      this.#observer.use(this.#cluster);
      this.#learn({ type: 'configured', config: this.#cluster.config });
    } catch (error) {
      const reason = messageOf(error);
      this.#write([{ source: 'supervisor', type: 'config-problem', reason }]);
    }
  }
}
