// How often does a broker start? Rounds of three at once, as `up` does it; every start counted.
// node bench/starts.js [rounds]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts } from '../dist/agents/local/ports.js';

const NODES = 3;
const rounds = Number(process.argv[2] ?? 34);
const bin = join(dirname(fileURLToPath(import.meta.url)), '..', 'bin', 'mqha.js');
const directory = mkdtempSync(join(tmpdir(), 'mqha-starts-'));

/** @param {string[]} args */
function mqha(args) {
  return spawnSync(process.execPath, [bin, '-C', directory, ...args], { encoding: 'utf8' });
}

const [web, message, replication, zookeeper] = await freePorts([NODES, NODES, 1, 1]);
mqha([
  ...['init', '--nodes', String(NODES), '--web-port', String(web)],
  ...['--message-port', String(message), '--replication-port', String(replication)],
  ...['--zookeeper-port', String(zookeeper)],
]);
let succeeded = 0;
try {
  for (let round = 1; round <= rounds; round++) {
    const { status, stderr } = mqha(['up']);
    /** @type {{ nodes: { process: string, role: string, accepting: boolean, attached: boolean | null }[] }} */
    const seen = JSON.parse(mqha(['status', '--json']).stdout);
    const good = seen.nodes.filter(
      (node) => node.process === 'running' && (node.accepting || node.attached === true),
    ).length;
    succeeded += good;
    console.log(`round ${round}: ${good} of ${NODES} (${succeeded} of ${round * NODES} so far)`);
    if (status !== 0) console.log(stderr);
    mqha(['down']);
  }
} finally {
  const log = readFileSync(join(directory, 'nodes', 'mq01', 'log', 'activemq.log'), 'utf8');
  console.log(
    `NullPointerException of the race in mq01's log: ${log.includes('"listener" is null')}`,
  );
  mqha(['destroy', '--yes']);
  rmSync(directory, { recursive: true, force: true });
}
console.log(`${succeeded} of ${rounds * NODES} broker starts succeeded`);
process.exit(succeeded === rounds * NODES ? 0 : 1);
