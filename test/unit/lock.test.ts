import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { packageRoot } from '../../src/lib/package.js';
import { acquireLock, lockHolder, lockIn, type LockHolder } from '../../src/agents/local/lock.js';
import { Deadline } from '../../src/lib/time.js';
import { temporaryDirectory } from '../support/temp.js';
import { child, soon } from './children.js';
import { isRoot } from './unprivileged.js';

describe('the lock', () => {
  const options = (milliseconds: number, command = 'mqha test') => ({
    command,
    deadline: Deadline.in(milliseconds),
  });

  it('is given to the next one after its release', async () => {
    const directory = temporaryDirectory();
    const first = await acquireLock(lockIn(directory), options(1000, 'mqha up'));
    const holders: (LockHolder | undefined)[] = [];
    let released = false;
    const second = acquireLock(lockIn(directory), {
      ...options(10_000),
      onWait: (holder) => {
        holders.push(holder);
      },
    }).then((lock) => {
      expect(released).toBe(true);
      return lock;
    });
    await expect.poll(() => holders).toEqual([{ pid: process.pid, command: 'mqha up' }]);
    released = true;
    await first.release();
    await (await soon(second)).release();
  });

  it('is waited for until an interruption, and after it where something must be put right', async () => {
    const directory = temporaryDirectory();
    const first = await acquireLock(lockIn(directory), options(1000, 'mqha supervise'));
    const interruption = new AbortController();
    const { signal } = interruption;
    const waits = acquireLock(lockIn(directory), {
      ...options(60_000),
      signal,
      onWait: () => {
        interruption.abort();
      },
    });
    await expect(soon(waits)).rejects.toMatchObject({
      code: 'interrupted',
      message: expect.stringMatching(/waiting for `mqha supervise` \(pid \d+\)/) as unknown,
    });
    const undoes = acquireLock(lockIn(directory), { ...options(60_000), signal });
    await first.release();
    await (await soon(undoes)).release();
  });

  it('is not shared, and each of many gets it in the end', async () => {
    const directory = temporaryDirectory();
    let holding = 0;
    let most = 0;
    const work = async () => {
      const lock = await acquireLock(lockIn(directory), options(10_000));
      most = Math.max(most, ++holding);
      await new Promise((resolve) => setTimeout(resolve, 20));
      holding--;
      await lock.release();
    };
    await soon(Promise.all(Array.from({ length: 6 }, work)));
    expect(most).toBe(1);
  });

  it('names its holder to whoever waited in vain', { retry: 3 }, async () => {
    const directory = temporaryDirectory();
    const lock = await acquireLock(lockIn(directory), options(1000, 'mqha up --timeout 9s'));
    await expect(acquireLock(lockIn(directory), options(100))).rejects.toMatchObject({
      code: 'locked',
      exitCode: 1,
      message: `\`mqha up --timeout 9s\` (pid ${process.pid}) is working on ${directory}`,
    });
    await lock.release();
  });

  it('is one for each directory', async () => {
    const one = await acquireLock(lockIn(temporaryDirectory()), options(100));
    const other = await acquireLock(lockIn(temporaryDirectory()), options(100));
    await Promise.all([one.release(), other.release()]);
  });

  it('is free again when its holder was killed', async () => {
    const directory = temporaryDirectory();
    const holder = await holding(directory);
    const holders: (LockHolder | undefined)[] = [];
    const next = acquireLock(lockIn(directory), {
      ...options(10_000),
      onWait: (found) => {
        holders.push(found);
      },
    });
    await expect.poll(() => holders).toEqual([{ pid: holder.pid, command: 'held' }]);
    await holder.end();
    await (await soon(next)).release();
  });

  it('lies in a directory of any depth', async () => {
    const directory = join(temporaryDirectory(), 'd'.repeat(200), 'e'.repeat(200));
    mkdirSync(directory, { recursive: true });
    const lock = await acquireLock(lockIn(directory), options(1000));
    expect(await lockHolder(lockIn(directory), Deadline.in(1000))).toMatchObject({
      pid: process.pid,
    });
    await expect(acquireLock(lockIn(directory), options(50))).rejects.toMatchObject({
      code: 'locked',
    });
    await lock.release();
    expect(await lockHolder(lockIn(directory), Deadline.in(1000))).toBeUndefined();
  });

  it('is given to one of many processes that find a killed holder', async () => {
    const directory = temporaryDirectory();
    const killed = await holding(directory);
    await killed.end();
    const log = join(directory, 'log');
    const program = `
      import { appendFileSync } from 'node:fs';
      ${IMPORTS}
      for (let round = 0; round < 25; round++) {
        const lock = await acquireLock(lockIn(${JSON.stringify(directory)}), { command: 'x', deadline: Deadline.in(20_000) });
        appendFileSync(${JSON.stringify(log)}, 'in\\n');
        await new Promise((resolve) => setTimeout(resolve, 2));
        appendFileSync(${JSON.stringify(log)}, 'out\\n');
        await lock.release();
      }
    `;
    const all = Array.from({ length: 4 }, () => running(program));
    await Promise.all(all.map(({ ended }) => ended));
    expect(readFileSync(log, 'utf8')).toBe('in\nout\n'.repeat(100));
    // Nothing piles up.
    expect(readdirSync(join(directory, 'lock')).length).toBeLessThan(4);
  }, 30_000);

  it.each<[string, (at: string) => void]>([
    [
      'its files are removed',
      (at) => {
        rmSync(at, { recursive: true });
      },
    ],
    [
      'its socket is',
      (at) => {
        readdirSync(at).forEach((name) => {
          rmSync(join(at, name));
        });
      },
    ],
    [
      'something else stands in its place',
      (at) => {
        readdirSync(at).forEach((name) => {
          rmSync(join(at, name));
          mkdirSync(join(at, name));
        });
      },
    ],
    [
      'somebody has numbered a file higher',
      (at) => {
        writeFileSync(join(at, 'holder.900'), 'garbage');
      },
    ],
    [
      'it points nowhere',
      (at) => {
        symlinkSync('/nowhere', join(at, 'holder.99'));
      },
    ],
  ])('is held still where %s', async (_, harm) => {
    const place = lockIn(temporaryDirectory());
    const lock = await acquireLock(place, options(1000));
    expect(await lock.isHeld()).toBe(true);
    harm(place.at);
    expect(await lock.isHeld()).toBe(true);
    expect(await lockHolder(place, Deadline.in(1000))).toMatchObject({ pid: process.pid });
    await expect(acquireLock(place, options(50))).rejects.toMatchObject({ code: 'locked' });
    await lock.release();
    await (await acquireLock(place, options(1000))).release();
  });

  it.each<[string, (at: string) => void]>([
    [
      'a file',
      (at) => {
        writeFileSync(at, '');
      },
    ],
    [
      'a link',
      (at) => {
        symlinkSync('/tmp', at);
      },
    ],
  ])('is refused where %s stands in its place', async (_, harm) => {
    const place = lockIn(temporaryDirectory());
    harm(place.at);
    expect(await lockHolder(place, Deadline.in(1000))).toBeUndefined();
    await expect(acquireLock(place, options(50))).rejects.toMatchObject({
      code: 'no-directory',
      hint: expect.stringContaining('Remove what stands there') as string,
    });
  });

  it('has no holder that says nothing, and none of what is no holder', async () => {
    for (const said of ['', 'garbage\n', '{"pid":0,"command":"x"}\n', 'x'.repeat(200_000)]) {
      const place = lockIn(temporaryDirectory());
      mkdirSync(place.at);
      const server = createServer((socket) => {
        socket.on('error', () => undefined);
        socket.write(said);
      });
      server.listen(join(place.at, 'holder.1'));
      await once(server, 'listening');
      expect(await lockHolder(place, Deadline.in(100))).toBeUndefined();
      await expect(acquireLock(place, options(100))).rejects.toMatchObject({
        code: 'locked',
        message: `another mqha is working on ${place.of}`,
      });
      server.close();
    }
  });
});

const hasPython = spawnSync('python3', ['-c', '']).status === 0;

describe.runIf(process.platform === 'linux' && hasPython)('an mqha of an earlier version', () => {
  const options = (milliseconds: number) => ({
    command: 'mqha test',
    deadline: Deadline.in(milliseconds),
  });
  const nameOf = (directory: string) =>
    `mqha-${userInfo().uid}-${createHash('sha256').update(realpathSync(directory)).digest('hex').slice(0, 24)}`;

  /** Listens on the name that Node.js 20 (padded) or a later one gives it. */
  async function listening(directory: string, padded: boolean, uid?: number, says = '') {
    const program = `
import socket, sys, time
name = b'\\0' + sys.argv[1].encode()
if sys.argv[2] == 'true': name = name.ljust(108, b'\\0')
server = socket.socket(socket.AF_UNIX)
server.bind(name)
server.listen(8)
print('up', flush=True)
while True:
    peer, _ = server.accept()
    try: peer.sendall(sys.argv[3].encode())
    except OSError: pass
    keep = peer
`;
    const spawned = spawn('python3', ['-c', program, nameOf(directory), String(padded), says], {
      stdio: ['ignore', 'pipe', 'inherit'],
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
    const end = async () => {
      spawned.kill('SIGKILL');
      if (spawned.exitCode === null && spawned.signalCode === null) await once(spawned, 'exit');
    };
    onTestFinished(end);
    await soon(once(spawned.stdout, 'data'));
    return { pid: spawned.pid ?? 0, end };
  }

  it.each([true, false])('keeps this one out, and ends it (name padded: %s)', async (padded) => {
    const directory = temporaryDirectory();
    const earlier = await listening(directory, padded);
    expect(await lockHolder(lockIn(directory), Deadline.in(100))).toMatchObject({
      pid: earlier.pid,
    });
    await expect(acquireLock(lockIn(directory), options(100))).rejects.toMatchObject({
      code: 'locked',
      message: expect.stringContaining(`(pid ${earlier.pid})`) as string,
    });
    const next = acquireLock(lockIn(directory), options(10_000));
    await earlier.end();
    await (await soon(next)).release();
  });

  it('finds the names taken', async () => {
    const directory = temporaryDirectory();
    const lock = await acquireLock(lockIn(directory), options(1000));
    const names = readFileSync('/proc/net/unix', 'latin1').match(
      new RegExp(`@${nameOf(directory)}@*`, 'g'),
    );
    const isPadding = Number(process.versions.node.split('.')[0]) < 22;
    expect(names?.map((name) => name.length).sort()).toEqual(
      isPadding ? [108] : [nameOf(directory).length + 1, 108].sort(),
    );
    await lock.release();
  });

  it.runIf(isRoot).each(['', 'garbage\n', '{"pid":1,"command":"x"}\n', 'x'.repeat(100_000)])(
    'is not seen in another user who has taken the names and says %.20j',
    async (says) => {
      const directory = temporaryDirectory();
      for (const padded of [true, false]) await listening(directory, padded, 65_534, says);
      expect(await lockHolder(lockIn(directory), Deadline.in(100))).toBeUndefined();
      const began = performance.now();
      const lock = await acquireLock(lockIn(directory), options(1000));
      expect(performance.now() - began).toBeLessThan(5000);
      await expect(acquireLock(lockIn(directory), options(50))).rejects.toMatchObject({
        code: 'locked',
      });
      await lock.release();
    },
  );

  it('loses nothing to a flood of connections on the names', async () => {
    const directory = temporaryDirectory();
    const lock = await acquireLock(lockIn(directory), options(1000));
    const sockets = Array.from({ length: 300 }, () => {
      const socket = connect({ path: `\0${nameOf(directory)}` });
      socket.on('error', () => undefined);
      socket.write('x'.repeat(10_000));
      return socket;
    });
    expect(await lockHolder(lockIn(directory), Deadline.in(1000))).toMatchObject({
      pid: process.pid,
    });
    for (const socket of sockets) socket.destroy();
    await soon(lock.release());
  });
});

const at = (name: string) => JSON.stringify(pathToFileURL(join(packageRoot(), 'src', name)).href);
const IMPORTS = `
  import { acquireLock, lockIn } from ${at('agents/local/lock.ts')};
  import { Deadline } from ${at('lib/time.ts')};
`;

const running = (program: string) =>
  child(['--import', 'tsx', '--input-type=module', '-e', program]);

/** A process that holds the lock. */
async function holding(directory: string) {
  const holder = running(`${IMPORTS}
    await acquireLock(lockIn(${JSON.stringify(directory)}), { command: 'held', deadline: Deadline.in(5000) });
    process.stdout.write('held');
    setInterval(() => {}, 1000);
  `);
  await soon(once(holder.stdout, 'data'));
  return holder;
}
