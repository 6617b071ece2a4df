import { bindings } from '../config/checks.js';
import { DEFAULT_NODES, FIRST_PORTS } from '../config/default-values.js';
import type { ClusterConfig } from '../config/schema.js';
import { MqhaError, messageOf } from '../lib/errors.js';
import { Deadline } from '../lib/time.js';
import { statusOf } from '../observe/status-of.js';
import { checkRendered } from '../operations/start/prepare.js';
import { openCluster, refuseIfCopied, type Cluster, type Host } from '../state/cluster.js';
import { examination, type Check, type Examination } from './finding.js';
import { check, failed } from './machine/check.js';
import {
  limitResults,
  portResults,
  renderedResults,
  statusResults,
} from './machine/cluster-checks.js';
import { judgeMachine } from './machine/judge-machine.js';
import { readMachine } from './machine/read-machine.js';
import { readPorts } from './machine/read-ports.js';

/** How long an ensemble may take to say its limits. */
const LIMITS_MS = 1500;

/**
 * Examines this machine, and the cluster in a directory where one is named. Changes nothing, and fetches nothing.
 * @param directory of the cluster; undefined for the machine alone
 * @param cwd where a cluster would be made
 */
export async function examineMachine(
  host: Host,
  directory: string | undefined,
  cwd: string,
): Promise<Examination> {
  const opened = directory === undefined ? undefined : await opening(directory, host);
  const cluster = opened instanceof MqhaError ? undefined : opened;
  const machine = judgeMachine(
    await readMachine(host, {
      javaHome: cluster?.config.java.home,
      directory: directory ?? cwd,
      ports: cluster ? portsOf(cluster.config) : defaultPorts(),
    }),
  );
  const checks = [...machine, ...(opened ? await ofCluster(opened) : [])];
  return examination(checks, { cluster: directory ?? null, files: [] });
}

async function opening(directory: string, host: Host): Promise<Cluster | MqhaError> {
  try {
    const cluster = await openCluster(directory, host);
    await refuseIfCopied(cluster);
    return cluster;
  } catch (error) {
    if (error instanceof MqhaError && error.code !== 'interrupted') return error;
    throw error;
  }
}

/** What `mqha init` chooses by itself. */
function defaultPorts(): { what: string; port: number }[] {
  const { web, message, replication, zookeeper } = FIRST_PORTS;
  const nodes = Array.from({ length: DEFAULT_NODES }, (_, index) => index);
  return [
    { what: 'the default ZooKeeper port', port: zookeeper },
    { what: 'the default replication port', port: replication },
    ...nodes.map((index) => ({ what: 'the default web port', port: web + index })),
    ...nodes.map((index) => ({ what: 'the default message port', port: message + index })),
  ];
}

function portsOf(config: ClusterConfig): { what: string; port: number }[] {
  return bindings(config).map(({ what, port }) => ({ what, port }));
}

async function ofCluster(opened: Cluster | MqhaError): Promise<Check[]> {
  if (opened instanceof MqhaError) return [failed('cluster-file', opened)];
  const [ports, rendered, limits, status] = await Promise.all([
    orUnknown('ports', async () => portResults(await readPorts(opened))),
    orUnknown('rendered', async () => renderedResults(await checkRendered(opened))),
    orUnknown('zookeeper-limits', async () => limitResults(opened.config, await limitsOf(opened))),
    orUnknown('status', async () => statusResults((await statusOf(opened)).problems)),
  ]);
  return [check('cluster-file', 'pass'), ...ports, ...rendered, ...limits, ...status];
}

async function limitsOf({ store, config, tls }: Cluster) {
  return config.zookeeper.managed
    ? []
    : store.coordinatorLimits(config, tls, Deadline.in(LIMITS_MS));
}

/** What one check cannot do keeps none of the others from being done. */
async function orUnknown(
  code: 'ports' | 'rendered' | 'zookeeper-limits' | 'status',
  work: () => Promise<Check[]>,
): Promise<Check[]> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof MqhaError))
      return [
        check(code, 'unknown', { message: `it could not be looked at: ${messageOf(error)}` }),
      ];
    if (error.code === 'interrupted') throw error;
    return [
      check(code, code === 'rendered' ? 'fail' : 'unknown', {
        message: error.message,
        hint: error.hint,
      }),
    ];
  }
}
