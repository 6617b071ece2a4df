import { MqhaError } from '../lib/errors.js';
import type { ProcessInfo } from '../agents/local/table.js';
import type { Ground } from './ground.js';
import type { Witness } from './witness.js';

/**
 * What is done to processes, by signals alone: a supervisor must not be told that it is meant. Each
 * thing is written down before it is done, and each is a fault on the time line.
 */
export class Hands {
  readonly #ground: Ground;
  readonly #witness: Witness;
  /** The processes, pids by name, in whose place others must run before the cluster is whole. */
  readonly replaced = new Map<string, number>();

  constructor(ground: Ground, witness: Witness) {
    this.#ground = ground;
    this.#witness = witness;
  }

  /** Kills processes at the same moment, with SIGKILL. */
  async kill(names: readonly string[], how = 'killed'): Promise<void> {
    const { record, calm } = this.#ground;
    // All are known before the first dies, so that two at once are two at once.
    const found = await Promise.all(names.map((name) => this.#running(name)));
    await record.add({ killed: [...names] });
    for (const [index, name] of names.entries()) {
      const process = found[index];
      if (!process || !(await calm.registry.signal(process, 'SIGKILL'))) throw notRunning(name);
      this.#witness.mark('fault', name, `${name} (pid ${process.pid}) ${how}`);
      this.replaced.set(name, process.pid);
    }
  }

  /** Suspends processes with SIGSTOP: they hold their ports and answer nobody. */
  async suspend(names: readonly string[]): Promise<void> {
    const { record, calm } = this.#ground;
    const found = await Promise.all(names.map((name) => this.#running(name)));
    const suspended = found.map(({ pid, startTime }, index) => ({
      name: names[index] ?? '',
      pid,
      startTime,
    }));
    await record.add({ suspended });
    for (const [index, name] of names.entries()) {
      const process = found[index];
      if (!process || !(await calm.registry.signal(process, 'SIGSTOP'))) throw notRunning(name);
      this.#witness.mark('fault', name, `${name} (pid ${process.pid}) suspended`);
    }
  }

  /** Resumes everything that was suspended. */
  async resume(): Promise<void> {
    for (const name of await resumeSuspended(this.#ground)) {
      this.#witness.mark('repair', name, `${name} resumed`);
    }
  }

  /** Somebody else has to end this process, and to start another in its place. */
  async mustBeReplaced(name: string): Promise<void> {
    this.replaced.set(name, (await this.#running(name)).pid);
  }

  async #running(name: string): Promise<ProcessInfo> {
    const process = await this.#ground.calm.registry.find(name);
    if (!process) throw notRunning(name);
    return process;
  }
}

/**
 * Resumes what the record says was suspended, where that is still the same process.
 * @returns the names of those that were resumed
 */
export async function resumeSuspended({
  record,
  calm,
}: Pick<Ground, 'record' | 'calm'>): Promise<string[]> {
  const resumed: string[] = [];
  for (const { name, pid, startTime } of record.undone.suspended) {
    const process = await calm.registry.look({ pid, startTime, argv: [], suspended: true });
    if (process && (await calm.registry.signal(process, 'SIGCONT'))) resumed.push(name);
  }
  await record.settle('suspended');
  return resumed;
}

function notRunning(name: string): MqhaError {
  return new MqhaError('drill-failed', `${name} does not run, so nothing can happen to it`, {
    hint: 'See `mqha status`, and drill a cluster that nobody else works on.',
  });
}
