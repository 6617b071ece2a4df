import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod/mini';
import { messageOf, MqhaError, systemCode } from './errors.js';
import { readIfThere, SECRET_DIRECTORY, SECRET_FILE, writeFileAtomic, writeOver } from './files.js';

/** What a file of `.mqha` tells. */
export type StateRead<T> =
  | { readonly state: 'read'; readonly value: T }
  | { readonly state: 'absent' }
  | {
      readonly state: 'damaged';
      /** In words that a sentence can go on after; never what stands there, which may be a secret. */
      readonly why: string;
      /** Set where the system does not let it be read, which says nothing of what it holds. */
      readonly error?: Error;
    };

/**
 * What is done about a damaged file, in load():
 * - `refuse`: nothing goes on without it; the error names the file and what to do.
 * - `rebuild`: it counts as absent, and who reads it works out what it should say from what runs.
 * - `ignore`: it counts as absent, and is written anew the next time.
 */
export type Damage =
  | {
      readonly policy: 'refuse';
      readonly error: (path: string, why: string, cause: unknown) => MqhaError;
    }
  | { readonly policy: 'rebuild' | 'ignore' };

/** What a file is: its place below `.mqha`, what it holds, and what damage means. */
export interface StateFileDefinition<T> {
  /** Its name below `.mqha`, or a pattern for its names as `processes/<name>.json`. */
  readonly name: string;
  /**
   * Make it of z.looseObject(): what a newer mqha has added then stays, where this one writes the
   * file again.
   */
  readonly schema: z.ZodMiniType<T>;
  readonly damage: Damage;
  /** For its owner only. */
  readonly secret?: boolean;
}

/** A kind of file of `.mqha`. docs/state.md lists all of them. */
export function defineStateFile<T>(definition: StateFileDefinition<T>) {
  return {
    ...definition,
    /**
     * The file of one cluster.
     * @param stateDirectory its `.mqha`
     * @param name where the definition has a pattern
     */
    in: (stateDirectory: string, name = definition.name) =>
      new StateFile(join(stateDirectory, name), definition),
  };
}

/** A JSON document below `.mqha`, written whole or not at all. */
export class StateFile<T> {
  readonly path: string;
  readonly #definition: StateFileDefinition<T>;

  constructor(path: string, definition: StateFileDefinition<T>) {
    this.path = path;
    this.#definition = definition;
  }

  /** What it tells. It never fails: what keeps the file from being read is its damage. */
  async read(): Promise<StateRead<T>> {
    let text: string | undefined;
    try {
      text = await readIfThere(this.path);
    } catch (error) {
      const why = messageOf(error);
      return { state: 'damaged', why, error: error instanceof Error ? error : new Error(why) };
    }
    return text === undefined ? { state: 'absent' } : parse(this.#definition.schema, text);
  }

  /**
   * What it tells, by its policy: undefined where it is absent, or damaged and can be done without.
   * @throws MqhaError of the policy `refuse`; `no-permission` where it cannot be read, whatever the policy
   */
  async load(): Promise<T | undefined> {
    const read = await this.read();
    if (read.state === 'read') return read.value;
    if (read.state === 'absent') return undefined;
    if (read.error !== undefined) throw read.error;
    const { damage } = this.#definition;
    if (damage.policy === 'refuse') throw damage.error(this.path, read.why, read);
    return undefined;
  }

  /**
   * Writes it. The directory is made where it is missing, its parents are not: a cluster that is
   * being removed must not come back.
   * @param options `makeDirectory`: false for what is of use only beside other files; `over`: on a full disk it is
   *   written over itself, which a crash may leave half done
   * @throws MqhaError `disk-full`, `no-permission`
   */
  async write(value: T, { makeDirectory = true, over = false } = {}): Promise<void> {
    const text = `${JSON.stringify(value, null, 2)}\n`;
    const options = this.#definition.secret === true ? { mode: SECRET_FILE } : {};
    try {
      await writeFileAtomic(this.path, text, options);
    } catch (error) {
      // Without its line breaks and indentation it is shorter than what stands there.
      if (over && isDiskFull(error) && (await writeOver(this.path, JSON.stringify(value)))) return;
      if (!makeDirectory || systemCode(error) !== 'ENOENT') throw error;
      await mkdir(dirname(this.path), { mode: SECRET_DIRECTORY });
      await writeFileAtomic(this.path, text, options);
    }
  }

  /** Removes it, if it is there. */
  remove(): Promise<void> {
    return rm(this.path, { force: true });
  }
}

const isDiskFull = (error: unknown) => error instanceof MqhaError && error.code === 'disk-full';

function parse<T>(schema: z.ZodMiniType<T>, text: string): StateRead<T> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { state: 'damaged', why: 'it is not JSON' };
  }
  const parsed = z.safeParse(schema, json);
  if (parsed.success) return { state: 'read', value: parsed.data };
  const where = parsed.error.issues[0]?.path.join('.') ?? '';
  return {
    state: 'damaged',
    why: `${where === '' ? 'it' : where} is not what was written there`,
  };
}
