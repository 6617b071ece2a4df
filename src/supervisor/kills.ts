import { isAccepting } from '../clients/probe.js';
import { asStarted } from '../stores/replicated-leveldb/settings.js';
import type { Cluster } from '../state/cluster.js';
import type { KillCode } from '../state/journal/entries.js';
import type { ProcessInfo } from '../agents/local/table.js';
import type { Failures } from './failures.js';
import type { Glance } from './observer.js';
import type { Restarter } from './restarter.js';
import type { Fault } from './rules.js';
import type { SupervisedProcess, SupervisedProcesses } from './supervised-processes.js';

/** How long a master that seems to hang is asked before it is killed. */
const LATE_MS = 2000;

/** Ends processes that must not go on; the end of one is followed by a start like any other, where it may be. */
export class Kills {
  readonly #wards: SupervisedProcesses;
  readonly #revival: Restarter;
  readonly #failures: Failures;
  /** Who must not go on, and why. */
  readonly #doomed = new Map<string, string>();

  constructor(wards: SupervisedProcesses, revival: Restarter, failures: Failures) {
    this.#wards = wards;
    this.#revival = revival;
    this.#failures = failures;
  }

  /** Has a node ended by endDoomed(), and not started again. */
  doom(node: string, reason: string): void {
    this.#doomed.set(node, reason);
  }

  /** A person has asked for a node again. */
  forgive(node: string): void {
    this.#doomed.delete(node);
  }

  /**
   * What was started again before the second had failed would be a quorum for a third, which fails as well.
   * @param isServed whether somebody serves, so that nobody has to end
   */
  async endDoomed(cluster: Cluster, isServed: boolean): Promise<void> {
    for (const [node, reason] of this.#doomed) {
      const ward = this.#wards.get(node);
      // It is there in a moment.
      if (!ward && this.#revival.isStarting(node)) continue;
      this.#doomed.delete(node);
      if (isServed) continue;
      if (ward) await this.#kill(cluster, ward, 'hopeless', reason);
      else await this.#revival.abandon(cluster, node, reason);
    }
  }

  /**
   * A master that does not serve, and whose log ends before that of a slave, keeps the cluster from electing that one.
   * Call it where nobody serves.
   */
  async endMasterBehind(cluster: Cluster, { election, processes }: Glance): Promise<void> {
    const master = election?.master;
    const node = master?.container ?? '';
    const reason = master && this.#failures.behind(master.znode);
    const ward = this.#wards.get(node);
    if (reason === undefined || !ward || !processes.has(node)) return;
    await this.#kill(cluster, ward, 'behind', reason, `${node} lacks what its slaves have`);
  }

  /** A process that was at fault for its limit. */
  async end(cluster: Cluster, { name, code }: Fault, { processes }: Glance): Promise<void> {
    const ward = this.#wards.get(name);
    const process = processes.get(name);
    if (!ward || !process) return;
    if (code === 'hung' && (await answersLate(cluster, name, process))) return;
    const how = `${name} was ${code}`;
    await this.#kill(cluster, ward, code, `${how} for its limit`, how);
  }

  /** @param how what is said of the end of the process */
  async #kill(
    { registry, journal }: Cluster,
    ward: SupervisedProcess,
    code: KillCode,
    reason: string,
    how = reason,
  ): Promise<void> {
    ward.killed = how;
    if (!(await registry.signal(ward.info, 'SIGKILL'))) return;
    await journal.append({
      source: 'supervisor',
      type: 'process-killed',
      node: ward.name,
      pid: ward.info.pid,
      code,
      reason,
    });
  }
}

/** A port that very many connect to answers late, and its broker is not hung; one that a signal has stopped is. */
async function answersLate(
  { config }: Cluster,
  name: string,
  { argv, suspended }: ProcessInfo,
): Promise<boolean> {
  const configured = config.nodes.find((node) => node.name === name);
  if (!configured || suspended) return false;
  const { host, messagePort } = asStarted(configured, argv);
  return isAccepting(host, messagePort, LATE_MS);
}
