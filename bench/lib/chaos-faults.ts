// What chaos does to a cluster that serves: never through `mqha kill`, which would tell the supervisor that it is meant.
import { setTimeout as sleep } from 'node:timers/promises';
import { sinceMark } from '../../src/agents/local/log.js';
import { faultOf, type Fault } from '../../src/drill/faults/fault.js';
import { kill } from '../../src/drill/faults/kill-processes.js';
import { suspend } from '../../src/drill/faults/suspend-processes.js';
import { pick, shuffled, type Random } from '../../src/drill/random.js';
import type { ClusterStatus } from '../../src/observe/status.js';
import { ZOOKEEPER } from '../../src/config/processes.js';
import { eventually } from '../../test/support/cluster.js';
import type { Load } from '../../test/support/load.js';
import { lineIn, logMark } from '../../test/support/watched.js';
import type { BenchCluster } from './cluster.js';
import type { BenchFaults } from './faults.js';

const RESTART_MS = 60_000;
/** How long service is watched after the supervisor was killed. */
const UNSUPERVISED_MS = 5000;
/** A gap that the load of the machine alone can cause. */
const DISTURBED_MS = 1500;

/** A cluster that serves, and what is done to it. */
export interface ChaosContext {
  readonly cluster: BenchCluster;
  readonly status: ClusterStatus;
  readonly load: Load;
  readonly random: Random;
  readonly faults: BenchFaults;
  /** What should not have been, seen while the fault was injected. */
  readonly problems: string[];
}

export interface ChaosFault {
  readonly name: string;
  /** Whether what is suspended is resumed; else the supervisor has to end it. */
  readonly resumes?: boolean;
  /** @returns whom it met, for the line that is printed */
  readonly inject: (context: ChaosContext) => Promise<string>;
}

/** Chooses nodes, by their names. */
type Choose = (context: ChaosContext) => readonly string[];

const master: Choose = ({ status }) => [known(status.master)];
const elector: Choose = ({ status }) => [known(status.elector)];
const slave: Choose = ({ status, random }) => [
  pick(
    status.nodes.filter((node) => node.role === 'slave').map((node) => node.name),
    random,
  ),
];
const two: Choose = ({ status, random }) => {
  const names = status.nodes.map((node) => node.name);
  return shuffled(names, random).slice(0, 2);
};

export const CHAOS_FAULTS: readonly ChaosFault[] = [
  { name: 'kill -9 master', inject: killing(master) },
  { name: 'kill -9 slave', inject: killing(slave) },
  { name: 'kill -9 elector', inject: killing(elector) },
  { name: 'kill -9 two at once', inject: killing(two) },
  { name: 'kill -9 ZooKeeper', inject: killing(() => [ZOOKEEPER]) },
  { name: 'kill -9 supervisor', inject: killSupervisor },
  { name: 'kill -9 while attaching', inject: killWhileAttaching },
  { name: 'SIGSTOP master', inject: suspending(master) },
  { name: 'SIGSTOP slave', inject: suspending(slave) },
  { name: 'SIGSTOP elector', inject: suspending(elector) },
  { name: 'SIGSTOP master, resumed', resumes: true, inject: pauseMaster },
];

function killing(choose: Choose): ChaosFault['inject'] {
  return async (context) => {
    const names = choose(context);
    await context.faults.inject(kill(names));
    return described(context, names);
  };
}

function suspending(choose: Choose): ChaosFault['inject'] {
  return async (context) => {
    const names = choose(context);
    await context.faults.inject(suspend(names, { replaced: true }));
    return described(context, names);
  };
}

/** A long pause of a living broker. */
async function pauseMaster(context: ChaosContext): Promise<string> {
  const { faults, random } = context;
  const names = master(context);
  const milliseconds = 1000 + Math.round(random() * 3000);
  await faults.inject(suspend(names));
  await sleep(milliseconds);
  await faults.recover();
  return `${described(context, names)} for ${(milliseconds / 1000).toFixed(1)} s`;
}

/** The death of the supervisor alone must disturb nobody. */
async function killSupervisor({ cluster, load, faults, problems }: ChaosContext): Promise<string> {
  const killedAt = await faults.inject(supervisorKill(cluster));
  await sleep(UNSUPERVISED_MS);
  const gap = load.longestGap(killedAt);
  const { state } = await cluster.status();
  if (gap > DISTURBED_MS) problems.push(`nothing was acknowledged for ${gap} ms without it`);
  if (state !== 'serving') problems.push(`${state} without it`);
  return 'supervisor';
}

/** Nobody restarts a supervisor that was killed; `mqha up` starts another. */
function supervisorKill(cluster: BenchCluster): Fault {
  const supervisor = async () => (await cluster.status()).supervisor;
  return faultOf<number>({
    name: 'kill the supervisor',
    find: async () => {
      const { pid } = await supervisor();
      if (pid === null) throw new Error('no supervisor runs');
      return pid;
    },
    undo: () => ({}),
    inject: ({ timeline }, pid) => {
      process.kill(pid, 'SIGKILL');
      timeline.mark('fault', null, `supervisor (pid ${pid}) killed`);
      return Promise.resolve();
    },
    hasPropagated: async () => !(await supervisor()).running,
    recover: ({ operations }) => operations.start(),
    hasRecovered: async (_, pid) => {
      const now = await supervisor();
      return now.running && now.pid !== pid;
    },
  });
}

/** A slave that dies while it downloads the master's log has a half-done store beside its good one. */
async function killWhileAttaching(context: ChaosContext): Promise<string> {
  const { cluster, faults, problems } = context;
  const names = slave(context);
  const [name = ''] = names;
  const first = await cluster.pidOf(name);
  const mark = await logMark(cluster, name);
  await faults.inject(kill(names));
  try {
    await eventually(
      () => cluster.find(name),
      (found) => found !== undefined && found.pid !== first,
      RESTART_MS,
    );
    await lineIn(cluster, name, 'Attaching to master', mark);
  } catch {
    problems.push('it was not started again, or did not attach');
    return name;
  }
  await faults.inject(kill(names));
  const attached = (await sinceMark(cluster.log(name), mark)).includes('| Attached |');
  return `${described(context, names)}${attached ? ', which had just attached' : ''}`;
}

/** The names with what they were, since the elector may be the master as well. */
function described({ status }: ChaosContext, names: readonly string[]): string {
  return names
    .map((name) => {
      const roles = [
        ...(name === status.master ? ['master'] : []),
        ...(name === status.elector ? ['elector'] : []),
      ];
      return roles.length === 0 ? name : `${name} (${roles.join(' and ')})`;
    })
    .join(' and ');
}

function known(name: string | null): string {
  if (name === null) throw new Error('the cluster serves, and nobody is elected');
  return name;
}
