import { expect } from 'vitest';
import type { ClientSettings } from '../../src/clients/client-settings.js';
import { layoutOf } from '../../src/config/layout.js';
import type { Endpoint, TlsIdentity } from '../../src/lib/dial.js';
import { messageOf } from '../../src/lib/errors.js';
import type { ClusterStatus } from '../../src/observe/status.js';
import { certificateOfMember, identityAt } from './certificates.js';
import { eventually, startedCluster, type TestCluster } from './cluster.js';
import { Sending } from './sending.js';
import { liveBytes, residentBytes } from './usage-of-process.js';

const MB = 1024 * 1024;
/** More than a message of the client takes of the broker's heap, where nobody has consumed it. */
const MESSAGE_BYTES = 4096;

/** How the links of a cluster are. */
export type Links = 'in clear' | 'over TLS';

/** A secret in the environment of whoever starts the cluster. */
export const CI_TOKEN = 'token-of-a-build-server';

/** A port, as those connect to it who get as far as may be without its secrets: over TLS with what it asks for. */
export interface Door {
  readonly port: Endpoint;
  /** The same port for those whom its handshake keeps out; none in clear. */
  readonly barred: readonly Endpoint[];
}

/** The ports of a node. */
export interface Doors {
  readonly message: Door;
  readonly web: Door;
  readonly replication: Door;
}

/** Every way to connect to a port. */
export const waysTo = ({ port, barred }: Door): readonly Endpoint[] => [port, ...barred];

/** A cluster that serves a client, while strangers do what they can. */
export class Besieged {
  readonly cluster: TestCluster;
  readonly settings: ClientSettings;
  /** How it was before the first attack. */
  readonly before: ClusterStatus;
  /** The pids of nodes and of `zookeeper`. */
  readonly pids: ReadonlyMap<string, number>;
  readonly #live: number;
  readonly #sending: Sending;
  /** Who shows no certificate, and who shows one of the cluster's authority; undefined in clear. */
  readonly #guest: TlsIdentity | undefined;
  readonly #member: TlsIdentity | undefined;

  private constructor(
    cluster: TestCluster,
    settings: ClientSettings,
    before: ClusterStatus,
    pids: ReadonlyMap<string, number>,
    live: number,
  ) {
    this.cluster = cluster;
    this.settings = settings;
    this.before = before;
    this.pids = pids;
    this.#live = live;
    if (settings.tls) {
      const layout = layoutOf(cluster.directory);
      this.#guest = identityAt(layout);
      this.#member = identityAt(layout, certificateOfMember(layout));
    }
    this.#sending = new Sending(settings, 'calm');
  }

  /** Three nodes, and a client that sends until the end. */
  static async start(links: Links): Promise<Besieged> {
    process.env.CI_TOKEN = CI_TOKEN;
    const { cluster, settings } = await startedCluster(links === 'over TLS' ? ['--tls'] : []);
    const before = await cluster.status();
    const pids = await pidsOf(cluster);
    const live = await liveBytes(pids.get(before.master ?? '') ?? 0);
    return new Besieged(cluster, settings, before, pids, live);
  }

  /** The pid of the master. */
  get masterPid(): number {
    return this.pids.get(this.before.master ?? '') ?? 0;
  }

  /** The doors of a node, by default of the master. */
  doors(name = this.before.master): Doors {
    const node = this.before.nodes.find((it) => it.name === name);
    if (!node) throw new Error(`no node ${String(name)}`);
    const { host, messagePort, webPort, replicationHost, replicationPort } = node;
    return {
      message: this.#open({ host, port: messagePort }),
      web: this.#open({ host, port: webPort }),
      replication: this.#closed({ host: replicationHost, port: replicationPort }),
    };
  }

  get zookeeper(): Door {
    const [host = '', port] = this.before.zookeeper.connect.split(':');
    return this.#closed({ host, port: Number(port) });
  }

  /** A port that asks nobody for a certificate. */
  #open(port: Endpoint): Door {
    const tls = this.#guest;
    return tls ? { port: { ...port, tls }, barred: [port] } : { port, barred: [] };
  }

  /** A port that asks for one of the cluster. */
  #closed(port: Endpoint): Door {
    const [guest, tls] = [this.#guest, this.#member];
    return tls
      ? { port: { ...port, tls }, barred: [port, { ...port, tls: guest }] }
      : this.#open(port);
  }

  /** The client, the processes and their memory are as they were. @throws Error with what happened instead */
  async undisturbed(): Promise<void> {
    try {
      await this.#compare();
    } catch (error) {
      const { stdout } = await this.cluster.run('events', '--lines', '30');
      throw new Error(`it was disturbed: ${messageOf(error)}\n${stdout}`, { cause: error });
    }
  }

  async #compare(): Promise<void> {
    const { sent, links } = this.#sending;
    const count = sent.length;
    await eventually(
      () => Promise.resolve(sent.length),
      (now) => now > count,
    );
    expect(sent.filter(({ outcome }) => outcome !== 'acknowledged')).toEqual([]);
    expect(links.size).toBe(1);
    expect(await pidsOf(this.cluster)).toEqual(this.pids);
    const kept = (await liveBytes(this.masterPid)) - this.#live - sent.length * MESSAGE_BYTES;
    expect(kept).toBeLessThan(32 * MB);
    for (const [, pid] of this.pids) expect(await residentBytes(pid)).toBeLessThan(1200 * MB);
    const { master } = this.before;
    expect(await this.cluster.status()).toMatchObject({ state: 'serving', master });
  }

  /** Ends the client. @returns what it has sent, to the queue `calm` */
  async calm(): Promise<readonly string[]> {
    await this.#sending.end();
    return this.#sending.sent.map((_, number) => `message ${number}`);
  }

  async remove(): Promise<void> {
    await this.#sending.end();
    await this.cluster.remove();
  }
}

async function pidsOf(cluster: TestCluster): Promise<Map<string, number>> {
  const names = ['mq01', 'mq02', 'mq03', 'zookeeper'];
  return new Map(
    await Promise.all(names.map(async (name) => [name, await cluster.pidOf(name)] as const)),
  );
}
