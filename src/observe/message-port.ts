import type { ProcessInfo } from '../agents/process.js';
import { connectionCount } from '../clients/management/destinations.js';
import { askPort } from '../clients/probe.js';
import { messageEndpoint, webEndpoint } from '../config/endpoints.js';
import type { NodeConfig } from '../config/schema.js';
import { connectionLimit } from '../stores/settings.js';
import { agentOf } from '../state/agents.js';
import { accountOf } from '../state/account.js';
import type { Cluster } from '../state/cluster.js';
import type { NodeReadings } from './observation.js';
import { found, type Reading } from './reading.js';

/** What a message port says. */
export interface PortFound {
  /** It answers in the protocol: its broker serves clients. */
  readonly accepting: boolean;
  /** It has all the connections that it may, and lets nobody else in. */
  readonly full: boolean;
}

/** What was read of a message port, as the readings of its node. */
export function portReadings(port: Reading<PortFound>): Pick<NodeReadings, 'accepting' | 'full'> {
  if ('unknown' in port) return { accepting: port, full: port };
  const { at, value } = port;
  return { accepting: found(value.accepting, at), full: found(value.full, at) };
}

/** A connection comes or goes while they are counted: so much of the limit is as good as all of it. */
const NEARLY = 0.9;

/** So many more connections than clients that have come in: others keep them from it, who begin to connect and stop. */
const STRANGERS = 150;

const CONSOLE_MS = 1000;
/** It is asked over TLS while others keep the machine busy with handshakes. */
const BUSY_CONSOLE_MS = 2500;

/**
 * Asks a message port whether its broker serves. One that hangs up without a word may be full, as a broker of an
 * earlier mqha is: its console tells how many connections it has. A broker that answers there and is full does not hang.
 * Over TLS one that says nothing may be busy with handshakes of strangers: that costs it more than it costs them.
 * @param node with the addresses that its process was started with
 * @param owner its process; undefined where that is out of reach
 * @param timeoutMs how long the port may take
 */
export async function lookAtPort(
  cluster: Cluster,
  node: NodeConfig,
  owner: Pick<ProcessInfo, 'argv'> | undefined,
  timeoutMs: number,
): Promise<PortFound> {
  const answer = await askPort(messageEndpoint(node, cluster.tls), timeoutMs);
  if (answer === 'refused' || (answer === 'silent' && node.tls)) {
    const full = await isCrowded(cluster, node, owner?.argv ?? []);
    return { accepting: full, full };
  }
  return { accepting: answer !== 'silent', full: answer === 'full' };
}

async function isCrowded(
  cluster: Cluster,
  node: NodeConfig,
  argv: readonly string[],
): Promise<boolean> {
  try {
    const account = await accountOf(cluster, argv);
    const limit = node.tls ? BUSY_CONSOLE_MS : CONSOLE_MS;
    const clients = await connectionCount({ ...webEndpoint(node, cluster.tls), account }, limit);
    if (clients >= NEARLY * connectionLimit(cluster.config, argv)) return true;
    const all = await agentOf(cluster, node).connectionsAt(node.messagePort);
    return all !== undefined && all - clients >= STRANGERS;
  } catch {
    return false;
  }
}
