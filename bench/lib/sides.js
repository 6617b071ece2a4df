// Clusters of both kinds, one after the other, with nothing left of them at the end.
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { recordedArchives } from '../../dist/operations/start/class-data.js';
import { prepareRuntime, thisHost } from '../../dist/index.js';
import { interruption } from './cluster.js';
import { startOf } from './measures.js';
import { WithMqha } from './with-mqha.js';
import { zkCliClassPath } from './zk-cli.js';

const ARCHIVES_MS = 120_000;

/** @typedef {import('./by-hand.js').Parts & { guard: readonly string[], zkCli: string, signal: AbortSignal }} Parts */

/** The clusters that a bench has made, and the files and classes that all of them run. */
export class Sides {
  /** @type {Set<{ remove(): Promise<void> }>} */
  #made = new Set();

  /** @param {Parts} parts */
  constructor(parts) {
    this.parts = parts;
  }

  /**
   * Runs a bench, also to the end of what it has made where it is interrupted.
   * @param {(sides: Sides) => Promise<void>} bench
   */
  static async with(bench) {
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

  /**
   * Removes it at the end, if nobody does so before. What others wrote is on the disk when it begins.
   * @template {{ remove(): Promise<void> }} T
   * @param {T} side
   */
  keep(side) {
    spawnSync('sync');
    this.#made.add(side);
    return side;
  }

  /** @param {{ remove(): Promise<void> }} side */
  async remove(side) {
    await side.remove();
    this.#made.delete(side);
  }

  /** The first start on a machine records what it loads; those that are measured come after it. */
  async recordArchives() {
    const side = this.keep(await WithMqha.make());
    if (!(await recordedArchives(side.opened))) {
      const ms = await startOf(side);
      console.error(`first start, which records its classes: ${Math.round(ms ?? NaN)} ms`);
      await side.up;
      const end = Date.now() + ARCHIVES_MS;
      while (!(await recordedArchives(side.opened))) {
        if (Date.now() > end) throw new Error('no archive of the classes was made');
        await sleep(500);
      }
    }
    await this.remove(side);
  }
}

/**
 * @param {string} directory for what is fetched
 * @param {AbortSignal} signal ends what else was started
 * @returns {Promise<Parts>}
 */
async function partsOf(directory, signal) {
  const { java, distribution } = await prepareRuntime(thisHost({}), {});
  const zookeeperClassPath = distribution.zookeeperClassPath().join(':');
  const classPath = distribution.classPath();
  return {
    home: distribution.home,
    lib: join(distribution.root, 'lib'),
    // Our own Java and the classes that it has mended; they stand first.
    guard: classPath.slice(0, 2),
    classPath: classPath.join(':'),
    zookeeperClassPath,
    zkCli: await zkCliClassPath(zookeeperClassPath, directory),
    java: java.path,
    javaHome: java.home,
    signal,
  };
}
