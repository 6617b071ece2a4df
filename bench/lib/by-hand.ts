// The same cluster as a person sets it up without mqha: the distribution's own configuration with only
// the store swapped, its own scripts, and what makes it run on a Java of today. What mqha does otherwise can be
// added piece by piece.
import { spawn, type ChildProcess } from 'node:child_process';
import { copyFile, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from '../../src/agents/local/ports.js';
import type { Broker } from '../../src/clients/brokers.js';
import type { Side } from './measures.js';

const NODES = [1, 2, 3] as const;
/** The ports that the distribution's configuration names, each of which three brokers on a machine need three times. */
const STOCK_PORTS = ['61616', '5672', '61613', '1883', '61614'] as const;
const OPENS = ['java.nio', 'sun.nio.ch', 'jdk.internal.ref'].map(
  (name) => `--add-opens=java.base/${name}=ALL-UNNAMED`,
);

/** The native LevelDB; the distribution has the store's bindings of it without the library. */
const NATIVE = 'leveldbjni-all-';

const REMOVE = { recursive: true, force: true } as const;

/** Files and classes that every cluster runs. */
export interface Parts {
  /** Of the unpacked distribution. */
  readonly home: string;
  /** Where the jars lie that mqha adds. */
  readonly lib: string;
  readonly classPath: string;
  readonly zookeeperClassPath: string;
  readonly java: string;
  readonly javaHome: string;
}

/** What is added to the cluster of a person. */
export interface Pieces {
  /** The native LevelDB. */
  readonly native?: boolean;
  /** Jars that stand before those of the distribution. */
  readonly jars?: readonly string[];
  /** The option for it. */
  readonly heap?: string;
  /** Of the JVM. */
  readonly options?: readonly string[];
  /** One connector with NIO for all protocols, instead of one for each. */
  readonly nio?: boolean;
}

interface Ports {
  readonly web: number;
  readonly base: number;
  readonly replication: number;
  readonly zookeeper: number;
}

export class ByHand implements Side {
  readonly account = undefined;
  readonly directory: string;
  readonly #parts: Parts;
  readonly #ports: Ports;
  readonly #pieces: Pieces;
  #zookeeper: ChildProcess | undefined;

  private constructor(directory: string, parts: Parts, ports: Ports, pieces: Pieces) {
    this.directory = directory;
    this.#parts = parts;
    this.#ports = ports;
    this.#pieces = pieces;
  }

  static async make(parts: Parts, pieces: Pieces = {}): Promise<ByHand> {
    const directory = await mkdtemp(join(tmpdir(), 'mqha-by-hand-'));
    const count = STOCK_PORTS.length * NODES.length;
    const [web = 0, base = 0, replication = 0, zookeeper = 0] = await freePorts([3, count, 3, 1]);
    const side = new ByHand(directory, parts, { web, base, replication, zookeeper }, pieces);
    for (const node of NODES) await side.#configure(node);
    const config = ['tickTime=500', `dataDir=${directory}/zookeeper`, `clientPort=${zookeeper}`];
    config.push('admin.enableServer=false', 'clientPortAddress=127.0.0.1', '');
    await writeFile(join(directory, 'zoo.cfg'), config.join('\n'));
    return side;
  }

  get zookeeperAddress(): string {
    return `127.0.0.1:${this.#ports.zookeeper}`;
  }

  /** Where an AMQP client connects. */
  get brokers(): Broker[] {
    const stock = this.#pieces.nio ? '61616' : '5672';
    return NODES.map((node) => ({
      name: `mq0${node}`,
      host: '127.0.0.1',
      port: this.#port(node, stock),
    }));
  }

  /** Where a JMS client connects. */
  readonly clientOptions: readonly string[] = [];

  get url(): string {
    const urls = NODES.map((node) => `tcp://127.0.0.1:${this.#port(node, '61616')}`);
    return `failover:(${urls.join(',')})`;
  }

  get logs(): string[] {
    return NODES.map((node) => join(this.#base(node), 'data', 'activemq.log'));
  }

  /**
   * Starts everything at once and returns; nothing is left of an earlier start.
   * @param apartMs how long after the one before each broker is started instead
   */
  async start(apartMs = 0): Promise<void> {
    for (const node of NODES) await rm(join(this.#base(node), 'data'), REMOVE);
    await rm(join(this.directory, 'zookeeper'), REMOVE);
    const { java, zookeeperClassPath } = this.#parts;
    this.#zookeeper = spawn(
      java,
      ['-cp', zookeeperClassPath, 'org.apache.zookeeper.server.quorum.QuorumPeerMain', 'zoo.cfg'],
      { cwd: this.directory, stdio: 'ignore' },
    );
    for (const node of NODES) {
      this.#script(node, 'start');
      await sleep(apartMs);
    }
  }

  async pids(): Promise<number[]> {
    const found = await Promise.all(
      NODES.map(async (node) => {
        const file = join(this.#base(node), 'data', 'activemq.pid');
        const pid = Number(await readFile(file, 'utf8').catch(() => '0'));
        return pid > 0 && isAlive(pid) ? [pid] : [];
      }),
    );
    return found.flat();
  }

  /** Ends all of it at once: what it would do at a graceful stop is not asked here. */
  async stop(): Promise<void> {
    for (const pid of await this.pids()) process.kill(pid, 'SIGKILL');
    this.#zookeeper?.kill('SIGKILL');
    while ((await this.pids()).length > 0) await sleep(50);
  }

  async remove(): Promise<void> {
    await this.stop();
    await rm(this.directory, REMOVE);
  }

  async #configure(node: number): Promise<void> {
    const base = this.#base(node);
    const conf = join(base, 'conf');
    await mkdir(join(base, 'lib'), { recursive: true });
    await cp(join(this.#parts.home, 'conf'), conf, { recursive: true });
    // ZooKeeper's current client stands before the one of the distribution.
    const { native, jars = [], nio } = this.#pieces;
    const added = (await readdir(this.#parts.lib)).filter(
      // A person runs the distribution's own client and OpenWire.
      (jar) => (native === true || !jar.startsWith(NATIVE)) && !jar.startsWith('activemq-'),
    );
    for (const jar of [...added.map((name) => join(this.#parts.lib, name)), ...jars]) {
      await copyFile(jar, join(base, 'lib', basename(jar)));
    }
    const address = `127.0.0.${node}`;
    const store = `<replicatedLevelDB directory="\${activemq.data}/leveldb" replicas="3" bind="tcp://${address}:${this.#ports.replication}" hostname="${address}" container="mq0${node}" zkAddress="${this.zookeeperAddress}" zkPath="/activemq/mqstores" zkSessionTimeout="2s"/>`;
    await edit(join(conf, 'activemq.xml'), (text) =>
      STOCK_PORTS.reduce(
        (edited, port) => edited.replace(`0.0.0.0:${port}`, `127.0.0.1:${this.#port(node, port)}`),
        text.replace(/<kahaDB [^>]*\/>/, store),
      ),
    );
    if (nio) await edit(join(conf, 'activemq.xml'), withOneConnector);
    await edit(join(conf, 'jetty.xml'), (text) =>
      text.replace('value="8161"', `value="${this.#ports.web + node - 1}"`),
    );
  }

  #script(node: number, command: string): void {
    const base = this.#base(node);
    const conf = join(base, 'conf');
    const { heap = '-Xmx1G', options: more = [] } = this.#pieces;
    const options = ['-Xms64M', heap, ...more];
    options.push('-Djava.util.logging.config.file=logging.properties');
    options.push(`-Djava.security.auth.login.config=${conf}/login.config`);
    options.push('-Dzookeeper.sasl.client=false', ...OPENS);
    spawn(join(this.#parts.home, 'bin', 'activemq'), [command], {
      stdio: 'ignore',
      env: {
        ...process.env,
        JAVA_HOME: this.#parts.javaHome,
        ACTIVEMQ_BASE: base,
        ACTIVEMQ_CONF: conf,
        ACTIVEMQ_DATA: join(base, 'data'),
        ACTIVEMQ_OPTS: options.join(' '),
      },
    });
  }

  #base(node: number): string {
    return join(this.directory, `mq0${node}`);
  }

  #port(node: number, stock: (typeof STOCK_PORTS)[number]): number {
    return this.#ports.base + STOCK_PORTS.indexOf(stock) * NODES.length + node - 1;
  }
}

async function edit(file: string, change: (text: string) => string): Promise<void> {
  const text = await readFile(file, 'utf8');
  const edited = change(text);
  if (edited === text) throw new Error(`nothing to change in ${file}`);
  await writeFile(file, edited);
}

/** An activemq.xml with one connector instead of five. */
function withOneConnector(text: string): string {
  const [, openwire = ''] =
    /<transportConnector name="openwire" uri="tcp:([^"]*)"\/>/.exec(text) ?? [];
  const uri = `auto+nio:${openwire}&amp;auto.protocols=default,amqp,stomp`;
  return text.replace(
    /<transportConnectors>.*<\/transportConnectors>/s,
    `<transportConnectors><transportConnector name="clients" uri="${uri}"/></transportConnectors>`,
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
