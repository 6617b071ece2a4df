import type { Layout } from '../config/layout.js';
import { MqhaError } from '../lib/errors.js';
import { markOf } from '../agents/marks.js';
import { trustedUsers } from '../agents/local/owner.js';
import { workingDirectory, type ProcessTable } from '../agents/local/table.js';
import { ZOOKEEPER } from '../config/processes.js';
import { readIdentity, writeIdentity, type Identity } from './identity.js';

/** Who this cluster is, and what is wrong with the file that should say it. */
export interface FoundIdentity {
  /** Undefined for a cluster that was never rendered. */
  readonly identity: Identity | undefined;
  /** In words; undefined where the file is well. */
  readonly damage?: string | undefined;
}

/** A process that works in the cluster's directory. */
interface Here {
  readonly pid: number;
  readonly id: string;
  /** Whether the system says where it works; else only its argv does, which anybody may write. */
  readonly proven: boolean;
}

/**
 * Who this cluster is. Where its file is gone or damaged, what runs in its directory tells it: the id stands in the argv
 * of every process, and without it nothing of the cluster could be stopped any more.
 * @throws MqhaError `state-damaged` where no process tells it, or several tell different things; `no-permission`
 */
export async function findIdentity(layout: Layout, table: ProcessTable): Promise<FoundIdentity> {
  let damage: MqhaError | undefined;
  try {
    const identity = await readIdentity(layout);
    if (identity) return { identity };
  } catch (error) {
    if (!(error instanceof MqhaError) || error.code !== 'state-damaged') throw error;
    damage = error;
  }
  const here = await processesHere(layout, table);
  const [id, ...others] = new Set(here.filter(({ proven }) => proven).map((one) => one.id));
  if (id !== undefined && others.length === 0) {
    const message = damage?.message ?? `${layout.state}/cluster.json is gone`;
    return { identity: { id, directory: layout.directory }, damage: message };
  }
  if (damage === undefined && here.length === 0) return { identity: undefined };
  throw new MqhaError(
    'state-damaged',
    damage?.message ?? `${layout.state}/cluster.json is gone while brokers run`,
    {
      hint:
        here.length === 0
          ? 'No broker of this directory was found to run: remove the file and run `mqha render --yes`.'
          : `Stop what runs in this directory: \`kill ${here.map(({ pid }) => pid).join(' ')}\`. Then remove the file and run \`mqha render --yes\`.`,
      cause: damage,
    },
  );
}

/**
 * Writes down who the cluster is where only what runs tells it: soon nothing of that may run. Call it with the lock
 * held; a failure keeps nobody from what is to be done.
 */
export async function keepIdentity(layout: Layout, found: FoundIdentity): Promise<void> {
  const { identity, damage } = found;
  if (!identity || damage === undefined) return;
  await writeIdentity(layout, identity).catch(() => undefined);
}

/** As keepIdentity(), of an opened cluster. */
export async function keepFoundIdentity({
  layout,
  foundIdentity,
}: {
  readonly layout: Layout;
  readonly foundIdentity?: FoundIdentity | undefined;
}): Promise<void> {
  if (foundIdentity) await keepIdentity(layout, foundIdentity);
}

async function processesHere(layout: Layout, table: ProcessTable): Promise<Here[]> {
  const found: Here[] = [];
  const trusted = trustedUsers(layout.state);
  for (const { pid, argv, user } of await table.list()) {
    if (user !== undefined && trusted?.has(user) === false) continue;
    const mark = markOf(argv);
    if (!mark || !/^[\w.-]+$/.test(mark.name)) continue;
    const { base, tmp } = mark.name === ZOOKEEPER ? layout.zookeeper : layout.node(mark.name);
    const proven = (await workingDirectory(pid)) === base;
    if (proven || argv.includes(`-Djava.io.tmpdir=${tmp}`))
      found.push({ pid, id: mark.id, proven });
  }
  return found;
}
