import { readQueues } from '../clients/management/jolokia.js';
import { onceOpen } from '../clients/management/opening.js';
import { webEndpoint } from '../config/endpoints.js';
import { messageOf, MqhaError } from '../lib/errors.js';
import { accountOf } from '../state/account.js';
import type { Cluster } from '../state/cluster.js';
import { asStarted } from '../stores/settings.js';
import { notServing } from './not-serving.js';
import { statusOf } from '../observe/status-of.js';

const ANSWER_MS = 10_000;

/** The document of `mqha queues --json`. */
export interface Queues {
  /** Whom was asked. */
  readonly master: string;
  /** By name; the queue of dead letters is one of them. */
  readonly queues: readonly {
    readonly name: string;
    /** Messages that are there. */
    readonly depth: number;
    readonly consumers: number;
    /** Messages that were put in, and taken out, since this master began to serve. */
    readonly in: number;
    readonly out: number;
  }[];
}

/**
 * The queues of a cluster, as its master knows them.
 * @throws MqhaError `not-serving` where no master serves, `console-failed` where its console does not answer
 */
export async function queuesOf(cluster: Cluster): Promise<Queues> {
  const status = await statusOf(cluster);
  const { master, nodes, state } = status;
  const serves = nodes.some(({ name, accepting }) => name === master && accepting);
  const node = cluster.config.nodes.find(({ name }) => serves && name === master);
  if (!node) throw notServing(status, 'no master could be asked');
  const { name } = node;
  const argv = (await cluster.registry.find(name))?.argv ?? [];
  const web = webEndpoint(asStarted(node, argv), cluster.tls);
  try {
    const jolokia = { ...web, account: await accountOf(cluster, argv) };
    const queues = await onceOpen(() => readQueues(jolokia, ANSWER_MS), cluster.host.signal);
    return {
      master: name,
      queues: queues
        .map((queue) => ({
          name: queue.name,
          depth: queue.depth,
          consumers: queue.consumers,
          in: queue.enqueued,
          out: queue.dequeued,
        }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    };
  } catch (error) {
    throw new MqhaError(
      'console-failed',
      `the console of the master ${name} (${web.host}:${web.port}) does not tell its queues: ${messageOf(error)}; the cluster is ${state}`,
      { hint: `See \`mqha logs ${name}\`, and try again.`, cause: error },
    );
  }
}
