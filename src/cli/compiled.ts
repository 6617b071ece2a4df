import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Script } from 'node:vm';

/** Code that was not compiled anew for so long may be of a version that is gone. */
const KEPT_MS = 30 * 24 * 3_600_000;

interface Chunk {
  exports: unknown;
}

type Require = (id: string) => unknown;
type Wrapped = (
  exports: unknown,
  require: Require,
  chunk: Chunk,
  filename: string,
  dirname: string,
) => void;

/** Compiled code that is not in the cache yet. */
interface Fresh {
  readonly name: string;
  readonly script: Script;
}

/** Where the files of a bundle are, and where what V8 made of them is kept. */
export interface Places {
  /** The bundle's own directory. */
  readonly bundle: string;
  readonly cache: string;
  /** Told apart in the cache: what V8 compiles is what runs, and that differs by command. */
  readonly command: string;
}

/**
 * Runs a bundle of CommonJS files with the code that V8 compiled of them the last time: most of what a
 * short command takes is reading and compiling itself. V8 checks that kept code is its own version's and flags',
 * and compiles anew where it is not; that it is of the same source is checked by the digest in the file's name.
 */
export class CompiledBundle {
  private readonly places: Places;
  private readonly requireOther: Require;
  private readonly chunks = new Map<string, Chunk>();
  private readonly fresh: Fresh[] = [];

  /** @param requireOther what gives the modules of Node.js */
  constructor(places: Places, requireOther: Require) {
    this.places = places;
    this.requireOther = requireOther;
  }

  /** The exports of a file of the bundle, which is run at the first call. */
  load(name: string): unknown {
    const known = this.chunks.get(name);
    if (known) return known.exports;
    const chunk: Chunk = { exports: {} };
    this.chunks.set(name, chunk);
    const filename = join(this.places.bundle, name);
    const source = readFileSync(filename, 'utf8');
    const cachedData = this.kept(name);
    const head = '(function (exports, require, module, __filename, __dirname) { ';
    const script = new Script(`${head}${source}\n})`, {
      filename,
      columnOffset: -head.length,
      ...(cachedData && { cachedData }),
    });
    if (script.cachedDataRejected !== false) this.fresh.push({ name, script });
    const run = script.runInThisContext() as Wrapped;
    const require = (id: string): unknown =>
      id.startsWith('./') ? this.load(id.slice(2)) : this.requireOther(id);
    run(chunk.exports, require, chunk, filename, this.places.bundle);
    return chunk.exports;
  }

  /** Keeps what V8 has compiled by now, for the next time. Where that cannot be done, nothing is said. */
  keep(now: number): void {
    const wanted = this.fresh.filter(({ name }) => hasDigest(name));
    if (wanted.length === 0) return;
    try {
      mkdirSync(this.places.cache, { recursive: true });
      for (const { name, script } of wanted) {
        const file = this.fileOf(name);
        const unfinished = `${file}.${process.pid}`;
        writeFileSync(unfinished, script.createCachedData());
        renameSync(unfinished, file);
      }
      this.removeOld(now);
    } catch {
      // Read-only, or full: the next command takes longer.
    }
  }

  private kept(name: string): Buffer | undefined {
    if (!hasDigest(name)) return undefined;
    try {
      return readFileSync(this.fileOf(name));
    } catch {
      return undefined;
    }
  }

  private fileOf(name: string): string {
    return join(
      this.places.cache,
      `${process.version}-${process.arch}-${this.places.command}-${name}`,
    );
  }

  private removeOld(now: number): void {
    for (const name of readdirSync(this.places.cache)) {
      const file = join(this.places.cache, name);
      if (now - statSync(file).mtimeMs > KEPT_MS) rmSync(file, { force: true });
    }
  }
}

/** Whether a file of a bundle is named after its content. */
function hasDigest(name: string): boolean {
  return /-[\w-]{8}\.cjs$/.test(name);
}
