import type { ClusterConfig } from '../config/schema.js';
import { isSame, type ProcessId, type ProcessInfo } from '../agents/process.js';
import { Deadline } from '../lib/time.js';
import { ElectionWatch } from '../observe/election-watch.js';
import { lookAtPort, portReadings, type PortFound } from '../observe/message-port.js';
import {
  processesOf,
  processOf,
  unseen,
  withProcesses,
  type NodeObservation,
  type Observation,
  type OwnZnode,
} from '../observe/observation.js';
import { ProcessLooks } from '../observe/process-looks.js';
import { found, read, unknown, valueOf, type Reading } from '../observe/reading.js';
import { agentOf, seesProcesses } from '../state/agents.js';
import { asRunning, type Cluster } from '../state/cluster.js';
import { noteSessions } from '../state/sessions.js';
import { membersOf, type Election } from '../stores/election.js';
import { asStarted } from '../stores/settings.js';
import { processNames } from '../config/processes.js';
import type { LogReading } from './watches.js';

/** Orphans that no record names are looked for this often. */
const SEARCH_MS = 5000;

/** An election that no watch has reported a change of is read again after this time even so. */
const TRUST_MS = 10_000;

/** A master that answers is asked again after this time: each question costs it a connection. */
const ANSWER_MS = 3000;

const ZOOKEEPER_MS = 1500;
const ACCEPT_MS = 500;
/** With the console, where that is asked as well. */
const PORT_MS = 2000;

/** So many connections to ZooKeeper are not of brokers and mqha, which have one or two each; a hundred made it seem hung. */
const BESET = 50;

/** Looks at a cluster again and again, for as little as it can. */
export class Observer {
  #cluster: Cluster;
  /** The same by the name and path with which its brokers were started. */
  #running: Cluster;
  readonly #processes = new ProcessLooks(SEARCH_MS);
  readonly #election: ElectionWatch;
  /** The elected process that answered last, while nothing has changed since. */
  #answered:
    | (ProcessId & { readonly name: string; readonly at: number; readonly port: PortFound })
    | undefined;

  /** @param onChange called when ZooKeeper reports a change */
  constructor(cluster: Cluster, onChange: () => void) {
    this.#cluster = cluster;
    this.#running = cluster;
    this.#election = new ElectionWatch(TRUST_MS, onChange);
  }

  /** Goes on with a cluster whose file has changed. */
  use(cluster: Cluster): void {
    this.#cluster = cluster;
    this.#running = cluster;
    this.#election.distrust();
  }

  /** The cluster as its brokers were started: mqha.yaml may have been edited since. */
  get cluster(): Cluster {
    return this.#running;
  }

  /**
   * @param last who served last, to be asked while nobody is known to be elected
   * @param held the processes that are looked after: one of them is missed only where it is proven dead
   * @param logs how far each of them has attached
   */
  async look(
    last: string | undefined,
    held: ReadonlyMap<string, { readonly info: ProcessId }>,
    logs: Promise<ReadonlyMap<string, LogReading>>,
  ): Promise<Observation> {
    const processes = await this.#lookAtProcesses(held);
    const election = await this.#readElection(processes);
    const seen = { ...processes, election };
    const znodes = await this.#ownZnodes(seen);
    const ports = await this.#askPorts(seen, last);
    const attachments = await logs;
    return {
      ...seen,
      zookeeper: { ...seen.zookeeper, serves: await this.#readServes(seen) },
      nodes: seen.nodes.map((node) => ({
        ...node,
        ...portOf(ports.get(node.node.name)),
        znode: znodes.get(node.node.name) ?? node.znode,
        attachment: attachmentBy(attachments.get(node.node.name), node),
      })),
    };
  }

  async #lookAtProcesses(
    held: ReadonlyMap<string, { readonly info: ProcessId }>,
  ): Promise<Observation> {
    const cluster = this.#cluster;
    const { config, registry } = cluster;
    const nothing = unseen(config, seesProcesses(cluster), performance.now());
    const local = nothing.nodes.filter((node) => node.local).map(({ node }) => node);
    const known = new Map([...held].map(([name, { info }]) => [name, info]));
    const running = await this.#processes.look(registry, processNames(config, local), known);
    this.#running = asRunning(
      cluster,
      [...running.values()].flatMap((reading) => valueOf(reading) ?? []),
    );
    const seen = withProcesses(nothing, running);
    return {
      ...seen,
      nodes: seen.nodes.map((node) => ({
        ...node,
        node: asStarted(node.node, processOf(node)?.argv ?? []),
      })),
    };
  }

  async #readElection({ zookeeper }: Observation): Promise<Reading<Election>> {
    const { managed } = this.#cluster.config.zookeeper;
    if (managed && valueOf(zookeeper.process) === undefined) {
      this.#election.distrust();
      return unknown('the managed ZooKeeper does not run', performance.now());
    }
    return this.#election.look(this.#running.coordination, ZOOKEEPER_MS);
  }

  /** Whose znode is whose, by an election that was read after the processes. */
  async #ownZnodes(seen: Observation): Promise<Map<string, Reading<OwnZnode>>> {
    const own = new Map<string, Reading<OwnZnode>>();
    const { at } = seen.election;
    const election = valueOf(seen.election);
    const processes = processesOf(seen);
    if (!election || !isNewer(seen.election, seen)) return own;
    // What cannot be noted is left to expire; whatever else was seen counts.
    await noteSessions(this.#cluster, election, processes).catch(() => undefined);
    for (const [name, info] of processes) {
      const [member, ...others] = membersOf(election, name);
      if (!member || others.length > 0 || !(await this.#cluster.registry.isAlive(info))) continue;
      own.set(name, found({ znode: member.znode, session: member.session }, at));
    }
    return own;
  }

  /** Asks the elected one, and who served last while that may go on. */
  async #askPorts(
    seen: Observation,
    last: string | undefined,
  ): Promise<Map<string, Reading<PortFound>>> {
    const elected = valueOf(seen.election)?.master?.container ?? undefined;
    if (isNewer(seen.election, seen) || 'unknown' in seen.election) this.#answered = undefined;
    const answered = this.#answered;
    const master = seen.nodes.find(({ node }) => node.name === elected);
    const serving = master && processOf(master);
    if (answered && answered.name === elected && isTrusted(answered, serving)) {
      return new Map([[answered.name, found(answered.port, answered.at)]]);
    }
    const asked = seen.nodes.filter(({ node: { name } }) => name === elected || name === last);
    const readings = await Promise.all(
      asked.map(async (one) => {
        const port = await read(
          () => lookAtPort(this.#running, one.node, processOf(one), ACCEPT_MS),
          Deadline.in(PORT_MS),
        );
        return [one.node.name, port] as const;
      }),
    );
    const answers = new Map(readings);
    const answer = elected === undefined ? undefined : answers.get(elected);
    const port = answer && valueOf(answer);
    this.#answered =
      elected !== undefined && serving && answer && port?.accepting === true
        ? { name: elected, pid: serving.pid, startTime: serving.startTime, at: answer.at, port }
        : undefined;
    return answers;
  }

  /** Whether ZooKeeper serves, where it did not answer as a member of the election would need it. */
  async #readServes({ zookeeper, election }: Observation): Promise<Reading<boolean>> {
    if ('value' in election) return found(true, election.at);
    if (valueOf(zookeeper.process) === undefined) return zookeeper.serves;
    // As the brokers reach it: mqha.yaml may say another word on TLS since they were started.
    const { store, config, tls } = this.#running;
    // With a handshake, as that of a message port.
    const limitMs = config.zookeeper.tls ? 2 * ACCEPT_MS : ACCEPT_MS;
    return read(
      async () =>
        (await store.isCoordinatorServing(config, tls, Deadline.in(limitMs))) ||
        (config.zookeeper.tls && (await this.#isBeset(config.zookeeper))),
    );
  }

  /** Whether ZooKeeper has connections of strangers, whose handshakes keep it busy: they would come to another as well. */
  async #isBeset({ servers: [server] }: ClusterConfig['zookeeper']): Promise<boolean> {
    if (!server) return false;
    const count = await agentOf(this.#cluster, server).connectionsAt(server.port);
    return count !== undefined && count >= BESET;
  }
}

/** A port that was not asked has no readings. */
function portOf(port: Reading<PortFound> | undefined): Partial<NodeObservation> {
  return port ? portReadings(port) : {};
}

/** Whether an election was read after the processes of this look. */
function isNewer(election: Reading<Election>, { nodes, zookeeper }: Observation): boolean {
  const processes = [zookeeper.process, ...nodes.map(({ process: found }) => found)];
  return 'value' in election && processes.every(({ at }) => at <= election.at);
}

/** Whether the process that answered is still there, and did so a moment ago. */
function isTrusted(
  answered: ProcessId & { readonly at: number },
  found: ProcessInfo | undefined,
): boolean {
  if (!found || found.suspended || !isSame(found, answered)) return false;
  return performance.now() - answered.at < ANSWER_MS;
}

/** Of a process that has ended, the log tells nothing of the one that came after it. */
function attachmentBy(
  log: LogReading | undefined,
  seen: NodeObservation,
): NodeObservation['attachment'] {
  return log && isSame(log.id, processOf(seen)) ? log.reading : seen.attachment;
}
