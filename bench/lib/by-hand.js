// The same cluster as a person sets it up without mqha: the distribution's own configuration with only
// the store swapped, its own scripts, and what makes it run on a Java of today. What mqha does otherwise can be
// added piece by piece.
import { spawn } from 'node:child_process';
import { copyFile, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from '../../dist/agents/local/ports.js';

const NODES = [1, 2, 3];
/** The ports that the distribution's configuration names, each of which three brokers on a machine need three times. */
const STOCK_PORTS = ['61616', '5672', '61613', '1883', '61614'];
const OPENS = ['java.nio', 'sun.nio.ch', 'jdk.internal.ref'].map(
  (name) => `--add-opens=java.base/${name}=ALL-UNNAMED`,
);

/** The native LevelDB; the distribution has the store's bindings of it without the library. */
const NATIVE = 'leveldbjni-all-';

/** @typedef {{ home: string, lib: string, classPath: string, zookeeperClassPath: string, java: string, javaHome: string }} Parts */

/**
 * What is added to the cluster of a person.
 * @typedef {object} Pieces
 * @property {boolean} [native] the native LevelDB
 * @property {readonly string[]} [jars] jars that stand before those of the distribution
 * @property {string} [heap] the option for it
 * @property {readonly string[]} [options] of the JVM
 * @property {boolean} [nio] one connector with NIO for all protocols, instead of one for each
 */

export class ByHand {
  name = 'by hand';
  account = undefined;
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #zookeeper;

  /**
   * @param {string} directory
   * @param {Parts} parts
   * @param {{ web: number, base: number, replication: number, zookeeper: number }} ports
   * @param {Pieces} pieces
   */
  constructor(directory, parts, ports, pieces) {
    this.directory = directory;
    this.parts = parts;
    this.ports = ports;
    this.pieces = pieces;
  }

  /**
   * @param {Parts} parts
   * @param {Pieces} [pieces]
   */
  static async make(parts, pieces = {}) {
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

  get zookeeperAddress() {
    return `127.0.0.1:${this.ports.zookeeper}`;
  }

  /** Where an AMQP client connects. */
  get brokers() {
    const stock = this.pieces.nio ? '61616' : '5672';
    return NODES.map((node) => {
      return { name: `mq0${node}`, host: '127.0.0.1', port: this.#port(node, stock) };
    });
  }

  /** Where a JMS client connects. */
  get url() {
    const urls = NODES.map((node) => `tcp://127.0.0.1:${this.#port(node, '61616')}`);
    return `failover:(${urls.join(',')})`;
  }

  /** @returns {string[]} the logs of the brokers */
  get logs() {
    return NODES.map((node) => join(this.#base(node), 'data', 'activemq.log'));
  }

  /**
   * Starts everything at once and returns; nothing is left of an earlier start.
   * @param {number} [apartMs] how long after the one before each broker is started instead
   */
  async start(apartMs = 0) {
    for (const node of NODES) await rm(join(this.#base(node), 'data'), REMOVE);
    await rm(join(this.directory, 'zookeeper'), REMOVE);
    const { java, zookeeperClassPath } = this.parts;
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

  /** The pids of the brokers that run. */
  async pids() {
    const found = await Promise.all(
      NODES.map(async (node) => {
        const file = join(this.#base(node), 'data', 'activemq.pid');
        const pid = Number(await readFile(file, 'utf8').catch(() => '0'));
        return pid > 0 && isAlive(pid) ? [pid] : [];
      }),
    );
    return found.flat();
  }

  get zookeeperPid() {
    return this.#zookeeper?.pid ?? 0;
  }

  /** Ends all of it at once: what it would do at a graceful stop is not asked here. */
  async stop() {
    for (const pid of await this.pids()) process.kill(pid, 'SIGKILL');
    this.#zookeeper?.kill('SIGKILL');
    while ((await this.pids()).length > 0) await sleep(50);
  }

  async remove() {
    await this.stop();
    await rm(this.directory, REMOVE);
  }

  /** @param {number} node */
  async #configure(node) {
    const base = this.#base(node);
    const conf = join(base, 'conf');
    await mkdir(join(base, 'lib'), { recursive: true });
    await cp(join(this.parts.home, 'conf'), conf, { recursive: true });
    // ZooKeeper's current client stands before the one of the distribution.
    const { native, jars = [], nio } = this.pieces;
    const added = (await readdir(this.parts.lib)).filter(
      // A person runs the distribution's own client and OpenWire.
      (jar) => (native || !jar.startsWith(NATIVE)) && !jar.startsWith('activemq-'),
    );
    for (const jar of [...added.map((name) => join(this.parts.lib, name)), ...jars]) {
      await copyFile(jar, join(base, 'lib', basename(jar)));
    }
    const address = `127.0.0.${node}`;
    const store = `<replicatedLevelDB directory="\${activemq.data}/leveldb" replicas="3" bind="tcp://${address}:${this.ports.replication}" hostname="${address}" container="mq0${node}" zkAddress="${this.zookeeperAddress}" zkPath="/activemq/mqstores" zkSessionTimeout="2s"/>`;
    await edit(join(conf, 'activemq.xml'), (text) =>
      STOCK_PORTS.reduce(
        (edited, port) => edited.replace(`0.0.0.0:${port}`, `127.0.0.1:${this.#port(node, port)}`),
        text.replace(/<kahaDB [^>]*\/>/, store),
      ),
    );
    if (nio) await edit(join(conf, 'activemq.xml'), withOneConnector);
    await edit(join(conf, 'jetty.xml'), (text) =>
      text.replace('value="8161"', `value="${this.ports.web + node - 1}"`),
    );
  }

  /** @param {number} node @param {string} command */
  #script(node, command) {
    const base = this.#base(node);
    const conf = join(base, 'conf');
    const { heap = '-Xmx1G', options: more = [] } = this.pieces;
    const options = ['-Xms64M', heap, ...more];
    options.push('-Djava.util.logging.config.file=logging.properties');
    options.push(`-Djava.security.auth.login.config=${conf}/login.config`);
    options.push('-Dzookeeper.sasl.client=false', ...OPENS);
    spawn(join(this.parts.home, 'bin', 'activemq'), [command], {
      stdio: 'ignore',
      env: {
        ...process.env,
        JAVA_HOME: this.parts.javaHome,
        ACTIVEMQ_BASE: base,
        ACTIVEMQ_CONF: conf,
        ACTIVEMQ_DATA: join(base, 'data'),
        ACTIVEMQ_OPTS: options.join(' '),
      },
    });
  }

  /** @param {number} node */
  #base(node) {
    return join(this.directory, `mq0${node}`);
  }

  /** @param {number} node @param {string} stock */
  #port(node, stock) {
    return this.ports.base + STOCK_PORTS.indexOf(stock) * NODES.length + node - 1;
  }
}

const REMOVE = { recursive: true, force: true };

/** @param {string} file @param {(text: string) => string} change */
async function edit(file, change) {
  const text = await readFile(file, 'utf8');
  const edited = change(text);
  if (edited === text) throw new Error(`nothing to change in ${file}`);
  await writeFile(file, edited);
}

/** @param {string} text of an activemq.xml */
function withOneConnector(text) {
  const [, openwire = ''] =
    /<transportConnector name="openwire" uri="tcp:([^"]*)"\/>/.exec(text) ?? [];
  const uri = `auto+nio:${openwire}&amp;auto.protocols=default,amqp,stomp`;
  return text.replace(
    /<transportConnectors>.*<\/transportConnectors>/s,
    `<transportConnectors><transportConnector name="clients" uri="${uri}"/></transportConnectors>`,
  );
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
