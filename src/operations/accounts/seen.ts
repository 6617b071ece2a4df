import { tryOpen } from '../../clients/amqp/try-open.js';
import { letsIn } from '../../clients/management/jolokia.js';
import { messageEndpoint, webEndpoint } from '../../config/endpoints.js';
import type { NodeConfig } from '../../config/schema.js';
import { isAccepting } from '../../clients/probe.js';
import { MqhaError } from '../../lib/errors.js';
import { Deadline, sleep } from '../../lib/time.js';
import { withinReach } from '../../state/agents.js';
import type { Cluster } from '../../state/cluster.js';
import type { AccountSpec } from '../../stores/accounts.js';

/** A password that an account has, or had. */
export interface Known {
  readonly spec: AccountSpec;
  readonly password: string;
}

const LIMIT_MS = 30_000;
const ANSWER_MS = 3000;
const AGAIN_MS = 200;

/**
 * Waits until the master lets accounts in with passwords, at every port that they have.
 * @returns its name; null where none serves: a broker reads its files before it lets anybody in
 * @throws MqhaError `rotation-unseen`
 */
export function untilKnown(cluster: Cluster, all: readonly Known[]): Promise<string | null> {
  return until(
    cluster,
    all,
    true,
    'does not take the new password',
    'The old passwords count; see `mqha logs`, and run `mqha account rotate` again: it goes on with the same new ones.',
  );
}

/** Waits until the master does not let accounts in any more. @throws MqhaError `rotation-unseen` */
export function untilRefused(cluster: Cluster, all: readonly Known[]): Promise<string | null> {
  return until(
    cluster,
    all,
    false,
    'goes on taking the old password',
    'The new passwords count. `mqha restart` has brokers forget the old ones.',
  );
}

/**
 * Refuses where brokers cannot be asked, since certificates do not fit or have ended, before a password is another.
 * @throws MqhaError `rotation-refused`
 */
export async function refuseUnasked(cluster: Cluster): Promise<void> {
  try {
    await serving(cluster);
  } catch (error) {
    if (!(error instanceof MqhaError)) throw error;
    throw new MqhaError(
      'rotation-refused',
      `whether brokers take other passwords cannot be seen: ${error.message}`,
      { hint: `${error.hint} No password was changed.`, cause: error },
    );
  }
}

async function until(
  cluster: Cluster,
  all: readonly Known[],
  wanted: boolean,
  what: string,
  hint: string,
): Promise<string | null> {
  const deadline = Deadline.in(LIMIT_MS);
  let left = all;
  for (;;) {
    // Another one may have become master meanwhile.
    const node = left.length === 0 ? undefined : await serving(cluster);
    if (!node) return (await serving(cluster))?.name ?? null;
    const answers = await Promise.all(
      left.map((known) => isSo(cluster, node, known, wanted, deadline)),
    );
    left = left.filter((_, index) => answers[index] !== true);
    if (left.length === 0) return node.name;
    if (deadline.passed) {
      throw new MqhaError(
        'rotation-unseen',
        `${node.name} ${what} of ${left.map(({ spec }) => spec.name).join(', ')} within ${LIMIT_MS / 1000} s`,
        { hint },
      );
    }
    await sleep(AGAIN_MS, cluster.host.signal);
  }
}

/** The node that takes clients now, of those on this machine. */
async function serving(cluster: Cluster): Promise<NodeConfig | undefined> {
  const nodes = withinReach(cluster, cluster.config.nodes, 'processes');
  const accepting = await Promise.all(
    nodes.map((node) => isAccepting(messageEndpoint(node, cluster.tls))),
  );
  return nodes.find((_, index) => accepting[index]);
}

async function isSo(
  cluster: Cluster,
  node: NodeConfig,
  { spec: { name, realms }, password }: Known,
  wanted: boolean,
  deadline: Deadline,
): Promise<boolean> {
  const account = { username: name, password };
  const answers = await Promise.all(
    realms.map(async (realm) => {
      const answer = deadline.within(ANSWER_MS);
      if (realm === 'web')
        return letsIn({ ...webEndpoint(node, cluster.tls), account }, answer.remaining);
      const opened = await tryOpen(messageEndpoint(node, cluster.tls), account, answer);
      if (opened.open) return true;
      return opened.unanswered === true ? undefined : false;
    }),
  );
  return answers.every((answer) => answer === wanted);
}
