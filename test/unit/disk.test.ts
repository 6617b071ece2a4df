import fs, { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { temporaryDirectory } from '../support/temp.js';
import { makeRig, failureOf } from './distribution/rig.js';
import { edit, errorOf, made, mqha, portOptions, snapshot, type Run } from './rig.js';

const full = () =>
  Object.assign(new Error('ENOSPC: no space left on device, write'), {
    code: 'ENOSPC',
    syscall: 'write',
  });

/** How many files can still be written before the disk is full. */
let room = Infinity;

const { open } = fs.promises;

/** Opens a file; on a full disk half of what is written to it is there. */
async function openOnDisk(...[path, flags, mode]: Parameters<typeof open>) {
  const file = await open(path, flags, mode);
  if (flags === 'r' || room-- > 0) return file;
  const write = file.writeFile.bind(file);
  file.writeFile = async (content) => {
    await write(String(content).slice(0, 10));
    throw full();
  };
  return file;
}

beforeEach(() => {
  room = Infinity;
  fs.promises.open = openOnDisk;
  syncBuiltinESMExports();
});

afterEach(() => {
  fs.promises.open = open;
  syncBuiltinESMExports();
});

/** Runs a command again and again, with room for one more file each time, until it succeeds. */
async function whereverItFills(run: () => Promise<Run>, failed: (run: Run) => void) {
  for (let writes = 0; ; writes++) {
    room = writes;
    const result = await run();
    room = Infinity;
    if (result.status === 0) return writes;
    failed(result);
  }
}

describe('a full disk', () => {
  it('makes init say which file it was, and leave nothing, at whichever file it fills', async () => {
    const cwd = temporaryDirectory();
    writeFileSync(join(cwd, 'mine.txt'), 'mine');
    const init = ['init', '.', '--nodes', '1', ...(await portOptions()), '--json'];
    const named: string[] = [];
    const writes = await whereverItFills(
      () => mqha(init, { cwd }),
      (run) => {
        expect(run).toMatchObject({ status: 1, stdout: '' });
        const { code, message, hint } = errorOf(run);
        expect(code).toBe('disk-full');
        expect(hint).toMatch(/^Free space on the disk of .+ and run the command again\.$/);
        named.push(/^no space left to write (.+)$/.exec(message)?.[1] ?? message);
        expect(snapshot(cwd)).toEqual({ [join(cwd, 'mine.txt')]: 'mine' });
      },
    );
    expect(writes).toBeGreaterThanOrEqual(1 + 5 + 2 + 3);
    for (const path of named) expect(path.startsWith(`${cwd}/`), path).toBe(true);
    const made = readdirSync(cwd, { recursive: true, encoding: 'utf8' });
    for (const path of named) expect(made).toContain(path.slice(cwd.length + 1));
  });

  it('does not leave the directory that init made', async () => {
    const cwd = temporaryDirectory();
    room = 5;
    expect((await mqha(['init', 'c'], { cwd })).status).toBe(1);
    expect(readdirSync(cwd)).toEqual([]);
  });

  it('leaves no half file and no false edit to render, which goes on once there is room', async () => {
    const directory = await made({ nodes: 1 });
    const xml = join(directory, 'nodes/mq01/conf/activemq.xml');
    edit(directory, 'quorum_mem ', 'quorum_disk ');
    edit(directory, /webPort: \d+/, 'webPort: 19999');
    const writes = await whereverItFills(
      () => mqha(['-C', directory, 'render', '--json']),
      (run) => {
        expect(errorOf(run)).toMatchObject({ code: 'disk-full' });
        expect(errorOf(run).message).toContain(directory);
        const text = readFileSync(xml, 'utf8');
        expect(text).toMatch(/sync="quorum_(mem|disk)"[^]*<\/beans>\s*$/);
        const names = readdirSync(directory, { recursive: true, encoding: 'utf8' });
        expect(names.filter((name) => name.endsWith('.tmp'))).toEqual([]);
      },
    );
    expect(writes).toBeGreaterThanOrEqual(2);
    expect(readFileSync(xml, 'utf8')).toContain('sync="quorum_disk"');
    expect((await mqha(['-C', directory, 'render', '--check'])).status).toBe(0);
  });

  it('does not make a file of ours look edited when mqha.yaml is then changed back', async () => {
    const directory = await made({ nodes: 2 });
    // Two files are outdated then, and the record of what was rendered is written before and after.
    for (const writes of [0, 1, 2, 3]) {
      edit(directory, 'quorum_mem ', 'quorum_disk ');
      room = writes;
      expect(await mqha(['-C', directory, 'render'])).toMatchObject({ status: 1 });
      room = Infinity;
      edit(directory, 'quorum_disk ', 'quorum_mem ');
      expect(await mqha(['-C', directory, 'render'])).toMatchObject({ status: 0 });
      expect(await mqha(['-C', directory, 'render', '--check'])).toMatchObject({ status: 0 });
    }
  });

  it('while an archive is unpacked names the cache, and leaves no distribution', async () => {
    const rig = await makeRig();
    // What tar writes the entries with.
    const write = vi.spyOn(fs, 'write').mockImplementation((...args: unknown[]) => {
      (args.at(-1) as (error: Error) => void)(full());
    });
    const error = await failureOf(rig.install());
    write.mockRestore();
    expect(error).toMatchObject({ code: 'disk-full', exitCode: 1 });
    expect(error.message).toBe(`no space left in ${rig.cache}`);
    expect(error.hint).toContain('MQHA_CACHE');
    expect(await rig.leftovers()).toEqual([]);
    expect(statSync((await rig.install()).home).isDirectory()).toBe(true);
  });
});
