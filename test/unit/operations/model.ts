import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { acquireLock } from '../../../src/agents/local/lock.js';
import { localAgent } from '../../../src/agents/local/local-agent.js';
import type { Launched, LaunchPlan } from '../../../src/agents/launch-plan.js';
import type { ProcessInfo } from '../../../src/agents/process.js';
import { quorumOf } from '../../../src/config/checks.js';
import type { InitOptions } from '../../../src/config/defaults.js';
import { ZOOKEEPER } from '../../../src/config/processes.js';
import { Deadline, sleep } from '../../../src/lib/time.js';
import { startNodes } from '../../../src/operations/start/start.js';
import { Connections } from '../../../src/state/connections.js';
import { openCluster, thisHost, type Cluster } from '../../../src/state/cluster.js';
import { readDesiredState } from '../../../src/state/desired-state-file.js';
import type { ClusterEvent } from '../../../src/state/progress.js';
import { supervisorLock } from '../../../src/state/supervisor-lock.js';
import type { Coordination } from '../../../src/stores/coordination.js';
import { makeStore } from '../../support/stores.js';
import { unrendered } from '../rig.js';
import { wellBehaved, type End } from './behaviour.js';
import { machine } from './machine.js';
import { electionOf, type Stranger } from './model-election.js';
import { openMaster, openZooKeeper } from './model-ports.js';

interface Running {
  readonly name: string;
  readonly info: ProcessInfo;
  readonly end: (how: End) => void;
  /** It has got SIGTERM. */
  readonly isAsked?: boolean;
  /** Of a broker that takes part in the election. */
  znode?: number;
}

/**
 * A cluster whose processes are a table in memory: brokers that are launched elect a master as those of the store do, and
 * the master opens its ports. Everything else is as it is: files, locks, records, what is asked of the ports.
 */
export class Model {
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
  readonly events: ClusterEvent[] = [];
  readonly stopped = new AbortController();
  /** `launch mq01`, `SIGTERM mq01` … in their order. */
  readonly done: string[] = [];
  readonly plans: LaunchPlan[] = [];
  /** Znodes of others, beside those of the brokers. */
  readonly strangers: Stranger[] = [];
  readonly behaviour = wellBehaved();
  readonly #processes = new Map<number, Running>();
  readonly #left = new Map<number, string>();
  #cluster: Cluster | undefined;
  /** Who is launched now; those of one batch have no order among themselves. */
  readonly #batch: Running[] = [];
  #pid = 900_000;
  #sequence = 0;
  #master: Running | undefined;
  #ports: Promise<(() => void)[]> = Promise.resolve([]);
  #supervised = false;

  private constructor(directory: string, env: Readonly<Record<string, string>>) {
    this.directory = directory;
    this.env = env;
  }

  /** A cluster of three that was never started. */
  static async of(options: Partial<InitOptions> = {}): Promise<Model> {
    const model = new Model(await unrendered(options), await machine());
    await model.open();
    onTestFinished(async () => {
      await model.#close();
    });
    return model;
  }

  /** One of three that serves, and of which nothing was recorded yet in this model. */
  static async serving(options: Partial<InitOptions> = {}): Promise<Model> {
    const model = await Model.of(options);
    await model.start();
    model.done.length = 0;
    model.events.length = 0;
    return model;
  }

  /** One that has served, of which nothing runs. */
  static async stopped(options: Partial<InitOptions> = {}): Promise<Model> {
    const model = await Model.serving(options);
    for (const name of [...model.running].reverse()) model.kill(name);
    return model;
  }

  get cluster(): Cluster {
    if (!this.#cluster) throw new Error('it is not open');
    return this.#cluster;
  }

  /** Reads the cluster again, as the next command does. */
  async open(): Promise<Cluster> {
    const host = {
      ...thisHost({ env: this.env, signal: this.stopped.signal }),
      emit: (event: ClusterEvent) => {
        this.events.push(event);
        this.behaviour.told(event);
      },
      processes: {
        get: (pid: number) => Promise.resolve(this.#processes.get(pid)?.info),
        list: () => Promise.resolve([...this.#processes.values()].map(({ info }) => info)),
        bootId: () => Promise.resolve('boot'),
      },
      connections: Object.assign(new Connections(), { coordinationOf: () => this.coordination }),
      agentFor: (registry: Cluster['registry']): Cluster['here'] => ({
        ...localAgent(registry),
        launch: (plan) => this.#launch(plan),
        signal: ({ pid }, signal) => Promise.resolve(this.#signal(pid, signal)),
        heldPorts: () => Promise.resolve([]),
        holderOf: () => Promise.resolve(undefined),
        unbindablePorts: (ports) =>
          Promise.resolve(
            ports.flatMap((port) => {
              const reason = this.behaviour.held.get(port.port);
              return reason === undefined ? [] : [{ ...port, reason }];
            }),
          ),
      }),
    };
    this.#cluster = await openCluster(this.directory, host);
    return this.#cluster;
  }

  /** Starts these nodes, or all. */
  async start(names?: readonly string[], timeoutMs = 20_000) {
    const nodes = this.nodes(names);
    const result = await startNodes(this.cluster, nodes, { timeoutMs, whole: names === undefined });
    await this.open();
    return result;
  }

  nodes(names?: readonly string[]) {
    const { nodes } = this.cluster.config;
    return names ? nodes.filter(({ name }) => names.includes(name)) : [...nodes];
  }

  /** What runs, ZooKeeper last. */
  get running(): string[] {
    return [...this.#processes.values()].map(({ name }) => name).sort();
  }

  get master(): string | undefined {
    return this.#master?.name;
  }

  get supervised(): boolean {
    return this.#supervised;
  }

  of(name: string): ProcessInfo {
    const found = [...this.#processes.values()].find((one) => one.name === name);
    if (!found) throw new Error(`${name} does not run`);
    return found.info;
  }

  /** Ends a process as the system would. */
  kill(name: string): void {
    this.#end(this.of(name).pid, { code: null, signal: 'SIGKILL' });
  }

  /** What was launched, in its order. */
  get launches(): string[] {
    return this.done.filter((what) => what.startsWith('launch '));
  }

  /** Removes what a node has stored. */
  loseStore(name: string): void {
    rmSync(join(this.cluster.layout.node(name).data, 'storedb'), { recursive: true });
  }

  /** Removes the record of a process: its sessions are not known any more. */
  forget(name: string): void {
    rmSync(join(this.cluster.layout.state, 'processes', `${name}.json`));
  }

  /** Lets the znodes go that dead processes have left. */
  expire(): void {
    this.#left.clear();
    this.#elect();
  }

  warnings(): string[] {
    return this.events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));
  }

  eventsOf<T extends ClusterEvent['type']>(type: T): Extract<ClusterEvent, { type: T }>[] {
    return this.events.filter(
      (event): event is Extract<ClusterEvent, { type: T }> => event.type === type,
    );
  }

  /** What is wanted of each process that somebody has said something about. */
  async wanted(): Promise<Readonly<Record<string, unknown>> | undefined> {
    const read = await readDesiredState(this.cluster.layout);
    if (read.state !== 'read') return undefined;
    const { processes, supervisor } = read.wanted;
    return {
      supervisor,
      ...Object.fromEntries(Object.entries(processes).map(([name, { state }]) => [name, state])),
    };
  }

  readonly coordination: Coordination = {
    snapshot: async () => {
      await this.#ports;
      return this.#election();
    },
    release: ({ znode }) => {
      const sequence = Number(znode);
      this.done.push(`release ${znode}`);
      const was = this.#left.delete(sequence);
      this.#elect();
      return Promise.resolve(was);
    },
    protection: () => Promise.resolve({ state: 'closed', unproven: [] }),
    protect: (whole) => {
      this.done.push(whole ? 'close znodes' : 'keep znodes open');
      return Promise.resolve({ closed: whole, unproven: [] });
    },
    open: () => Promise.resolve(),
    erase: () => Promise.resolve([]),
    close: () => undefined,
  };

  #election() {
    const brokers = [...this.#processes.values()].flatMap((one) =>
      one.znode === undefined ? [] : [{ container: one.name, sequence: one.znode }],
    );
    const left = [...this.#left].map(([sequence, container]) => ({ container, sequence }));
    return electionOf(this.cluster.config, {
      members: [...brokers, ...left],
      strangers: this.strangers,
      master: this.#master?.znode,
      positionOf: (name) => this.#position(name),
    });
  }

  #position(name: string): number {
    return this.behaviour.positions.get(name) ?? 5;
  }

  async #launch(plan: LaunchPlan): Promise<Launched> {
    const { behaviour } = this;
    await behaviour.launching(plan);
    this.plans.push(plan);
    mkdirSync(plan.logDirectory, { recursive: true });
    const { name } = plan;
    const isBroker = this.nodes([name]).length > 0;
    if (!isBroker) this.done.push(`launch ${name}`);
    if (name === 'the archiver') return { pid: 1, exited: new Promise(() => undefined) };
    if (name === 'the supervisor') return this.#supervise();
    const pid = ++this.#pid;
    let end: Running['end'] = () => undefined;
    const exited = new Promise<End>((resolve) => {
      end = resolve;
    });
    const argv = [plan.command, ...plan.argv];
    const info = { pid, startTime: `${pid}`, argv, suspended: false };
    const process: Running = { name, info, end };
    this.#processes.set(pid, process);
    if (isBroker) this.#batch.push(process);
    const dies = behaviour.dies.get(name);
    if (dies) {
      if (isBroker) await this.#settle();
      this.#end(pid, dies);
      return { pid, exited };
    }
    if (name === ZOOKEEPER) {
      await this.#openZooKeeper();
      return { pid, exited };
    }
    const { data } = this.cluster.layout.node(name);
    if (!existsSync(join(data, 'storedb'))) makeStore(data, [['a message']]);
    writeFileSync(join(data, 'storedb', 'nodeid.txt'), `id-${name}`);
    await this.#settle();
    return { pid, exited };
  }

  /** Has those elect that were launched side by side, once all of them are there. */
  async #settle(): Promise<void> {
    const { length } = this.plans;
    await sleep(5);
    if (this.plans.length === length) {
      const batch = this.#batch.splice(0).sort((a, b) => a.name.localeCompare(b.name));
      for (const launched of batch) {
        this.done.push(`launch ${launched.name}`);
        if (!this.behaviour.mute.has(launched.name)) launched.znode = ++this.#sequence;
      }
      this.#elect();
    }
    await this.#ports;
  }

  async #supervise(): Promise<Launched> {
    const { layout } = this.cluster;
    const exited = this.behaviour.dies.get('the supervisor');
    if (exited) return { pid: 1, exited: Promise.resolve(exited) };
    const deadline = Deadline.in(1000);
    const lock = await acquireLock(supervisorLock(layout), { command: 'supervise', deadline });
    this.#supervised = true;
    onTestFinished(() => lock.release());
    return { pid: 1, exited: new Promise(() => undefined) };
  }

  /** A suspended process takes SIGTERM when it is resumed. */
  #signal(pid: number, signal: NodeJS.Signals): boolean {
    const found = this.#processes.get(pid);
    if (!found) return false;
    this.done.push(`${signal} ${found.name}`);
    if (signal === 'SIGKILL') {
      this.#end(pid, { code: null, signal });
      return true;
    }
    const isSuspended = signal === 'SIGSTOP' || (found.info.suspended && signal !== 'SIGCONT');
    const isAsked = found.isAsked === true || signal === 'SIGTERM';
    const info = { ...found.info, suspended: isSuspended };
    this.#processes.set(pid, { ...found, info, isAsked });
    if (isAsked && !isSuspended && !this.behaviour.stubborn.has(found.name)) {
      this.#end(pid, { code: 143, signal: null });
    }
    return true;
  }

  #end(pid: number, how: End): void {
    const found = this.#processes.get(pid);
    this.#processes.delete(pid);
    if (found?.znode !== undefined && this.behaviour.stale.has(found.name)) {
      this.#left.set(found.znode, found.name);
    }
    found?.end(how);
    this.#elect();
  }

  /** A master stays while it and a quorum are there; else the longest log is elected, and of those the lowest znode. */
  #elect(): void {
    const members = [...this.#processes.values()].filter(({ znode }) => znode !== undefined);
    const isQuorum = members.length >= quorumOf(this.cluster.config.replicas);
    const same = members.find(({ info }) => info.pid === this.#master?.info.pid);
    const [best] = [...members].sort(
      (a, b) => this.#position(b.name) - this.#position(a.name) || (a.znode ?? 0) - (b.znode ?? 0),
    );
    const next = isQuorum ? (same ?? best) : undefined;
    if (next?.info.pid === this.#master?.info.pid) return;
    this.#master = next;
    this.#ports = this.#openPorts(this.#ports, next);
  }

  /** The message port and the console of a master, once those of the one before are closed. */
  async #openPorts(before: Promise<(() => void)[]>, master: Running | undefined) {
    for (const close of await before) close();
    const node = this.cluster.config.nodes.find(({ name }) => name === master?.name);
    if (!node) return [];
    const { account } = await openCluster(this.directory, this.cluster.host);
    const known = this.behaviour.letsIn ? account : { username: 'nobody', password: '' };
    return openMaster(node, known, () => this.#replication());
  }

  #replication() {
    const slaves = [...this.#processes.values()]
      .filter(({ znode, name }) => znode !== undefined && name !== this.master)
      .map(({ name }) => ({
        nodeId: `id-${name}`,
        attached: !this.behaviour.behind.has(name),
        position: 10_000_000 - (this.behaviour.lags.get(name) ?? 0),
      }));
    const NodeId = `id-${this.master ?? ''}`;
    const view = { NodeRole: 'Master', NodeId, Position: 10_000_000, Status: '', Slaves: slaves };
    return { status: 200, value: { 'x:view=Replication': view } };
  }

  #zookeeper: Server | undefined;

  async #openZooKeeper(): Promise<void> {
    const [server] = this.cluster.config.zookeeper.servers;
    if (!server || this.#zookeeper) return;
    this.#zookeeper = await openZooKeeper(server, () => this.behaviour.serves);
  }

  async #close(): Promise<void> {
    for (const close of await this.#ports) close();
    this.#zookeeper?.close();
  }
}
