import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/lib/package.js';
import { acquireLock, type LockHolder } from '../../src/agents/local/lock.js';
import { Deadline } from '../../src/lib/time.js';
import { temporaryDirectory } from '../support/temp.js';
import { child, soon } from './children.js';

describe('the lock', () => {
  const options = (milliseconds: number, command = 'mqha test') => ({
    command,
    deadline: Deadline.in(milliseconds),
  });

  it('is given to the next one after its release', async () => {
    const directory = temporaryDirectory();
    const first = await acquireLock(directory, options(1000, 'mqha up'));
    const holders: (LockHolder | undefined)[] = [];
    let released = false;
    const second = acquireLock(directory, {
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

  it('is not shared, and each of many gets it in the end', async () => {
    const directory = temporaryDirectory();
    let holding = 0;
    let most = 0;
    const work = async () => {
      const lock = await acquireLock(directory, options(10_000));
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
    const lock = await acquireLock(directory, options(1000, 'mqha up --timeout 9s'));
    await expect(acquireLock(directory, options(100))).rejects.toMatchObject({
      code: 'locked',
      exitCode: 1,
      message: `\`mqha up --timeout 9s\` (pid ${process.pid}) is working on ${directory}`,
    });
    await lock.release();
  });

  it('is one for each directory', async () => {
    const one = await acquireLock(temporaryDirectory(), options(100));
    const other = await acquireLock(temporaryDirectory(), options(100));
    await Promise.all([one.release(), other.release()]);
  });

  it('is free again when its holder was killed', async () => {
    const directory = temporaryDirectory();
    const at = (name: string) =>
      JSON.stringify(pathToFileURL(join(packageRoot(), 'src', name)).href);
    const program = `
      import { acquireLock } from ${at('agents/local/lock.ts')};
      import { Deadline } from ${at('lib/time.ts')};
      await acquireLock(${JSON.stringify(directory)}, { command: 'held', deadline: Deadline.in(5000) });
      process.stdout.write('held');
      setInterval(() => {}, 1000);
    `;
    const holder = child(['--import', 'tsx', '--input-type=module', '-e', program]);
    await soon(once(holder.stdout, 'data'));
    const holders: (LockHolder | undefined)[] = [];
    const next = acquireLock(directory, {
      ...options(10_000),
      onWait: (found) => {
        holders.push(found);
      },
    });
    await expect.poll(() => holders).toEqual([{ pid: holder.pid, command: 'held' }]);
    await holder.end();
    await (await soon(next)).release();
  });
});
