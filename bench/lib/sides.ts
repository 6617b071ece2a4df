// Clusters of both kinds, one after the other, with nothing left of them at the end.
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareRuntime } from '../../src/operations/start/prepare.js';
import { thisHost } from '../../src/state/cluster.js';
import type { Parts } from './by-hand.js';
import { interruption } from './cluster.js';
import { zkCliClassPath } from './zk-cli.js';

/** What all clusters of a bench run, and what its measures need. */
export interface BenchParts extends Parts {
  /** Our own Java and the classes that it patches; they stand first. */
  readonly guard: readonly string[];
  /** Class path of ZooKeeper's own command line client. */
  readonly zkCli: string;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

interface Removable {
  remove(): Promise<void>;
}

/** The clusters that a bench has made, and the files and classes that all of them run. */
export class Sides {
  readonly parts: BenchParts;
  readonly #made = new Set<Removable>();

  private constructor(parts: BenchParts) {
    this.parts = parts;
  }

  /** Runs a bench, also to the end of what it has made where it is interrupted. */
  static async with(bench: (sides: Sides) => Promise<void>): Promise<void> {
    const interrupt = interruption();
    const directory = await mkdtemp(join(tmpdir(), 'mqha-bench-'));
    const sides = new Sides(await partsOf(directory, interrupt.signal));
    try {
      await Promise.race([bench(sides), interrupt.promise]);
    } finally {
      for (const side of sides.#made) await side.remove();
      await rm(directory, { recursive: true, force: true });
      interrupt.forget();
    }
  }

  /** Removes it at the end, if nobody does so before. What others wrote is on the disk when it begins. */
  keep<T extends Removable>(side: T): T {
    spawnSync('sync');
    this.#made.add(side);
    return side;
  }

  async remove(side: Removable): Promise<void> {
    await side.remove();
    this.#made.delete(side);
  }
}

/**
 * @param directory for what is fetched
 * @param signal ends what else was started
 */
async function partsOf(directory: string, signal: AbortSignal): Promise<BenchParts> {
  const { java, distribution } = await prepareRuntime(thisHost({}), {});
  const zookeeperClassPath = distribution.zookeeperClassPath().join(':');
  const classPath = distribution.classPath();
  return {
    home: distribution.home,
    lib: join(distribution.root, 'lib'),
    guard: classPath.slice(0, 2),
    classPath: classPath.join(':'),
    zookeeperClassPath,
    zkCli: await zkCliClassPath(zookeeperClassPath, directory),
    java: java.path,
    javaHome: java.home,
    signal,
  };
}
