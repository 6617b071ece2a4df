import { once } from 'node:events';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { watchExit } from '../../../src/agents/local/exit-watch.js';
import { temporaryDirectory } from '../../support/temp.js';
import { child, soon } from '../children.js';

/** Long enough for a line that is absent to be tried again. */
const A_WHILE = 400;

/** The directory of a process that can be started in it, and a hold on that process's life line. */
function setUp() {
  const base = temporaryDirectory();
  const file = join(base, 'tmp', 'life');
  mkdirSync(join(base, 'tmp'));
  /** Starts a process with a life line, as the launcher of a broker does. */
  const start = async () => {
    rmSync(file, { force: true });
    const program =
      "require('net').createServer().listen(process.argv[1], () => process.stdout.write('up'))";
    const started = child(['-e', program, file]);
    await soon(once(started.stdout, 'data'));
    return started;
  };
  const hold = () => {
    const onEnd = vi.fn();
    const ended = new Promise<void>((resolve) => onEnd.mockImplementation(resolve));
    const line = watchExit(base, onEnd);
    onTestFinished(() => {
      line.close();
    });
    return { line, onEnd, ended };
  };
  return { file, start, hold };
}

describe('a life line', () => {
  it('tells of the end of its process, once', async () => {
    const { start, hold } = setUp();
    const started = await start();
    const { onEnd, ended } = hold();
    await sleep(A_WHILE);
    expect(onEnd).not.toHaveBeenCalled();
    process.kill(started.pid, 'SIGKILL');
    await soon(ended);
    await sleep(A_WHILE);
    expect(onEnd).toHaveBeenCalledTimes(1);
  });

  it('is kept by a process that is suspended, also where nobody has accepted it', async () => {
    const { start, hold } = setUp();
    const started = await start();
    process.kill(started.pid, 'SIGSTOP');
    const { onEnd, ended } = hold();
    await sleep(A_WHILE);
    expect(onEnd).not.toHaveBeenCalled();
    process.kill(started.pid, 'SIGKILL');
    await soon(ended);
    expect(onEnd).toHaveBeenCalledTimes(1);
  });

  it('is looked for until it is there', async () => {
    const { start, hold } = setUp();
    const { onEnd, ended } = hold();
    await sleep(A_WHILE);
    const started = await start();
    await sleep(A_WHILE);
    expect(onEnd).not.toHaveBeenCalled();
    process.kill(started.pid, 'SIGKILL');
    await soon(ended);
  });

  it('that a dead process left behind is none, and its successor’s is held', async () => {
    const { file, start, hold } = setUp();
    const first = await start();
    await first.end();
    expect(existsSync(file)).toBe(true);
    const { onEnd, ended } = hold();
    await sleep(A_WHILE);
    const second = await start();
    await sleep(A_WHILE);
    expect(onEnd).not.toHaveBeenCalled();
    await second.end();
    await soon(ended);
  });

  it('that was let go tells nothing', async () => {
    const { start, hold } = setUp();
    const started = await start();
    const held = hold();
    const absent = hold();
    await sleep(A_WHILE);
    held.line.close();
    absent.line.close();
    absent.line.close();
    await started.end();
    await sleep(A_WHILE);
    expect(held.onEnd).not.toHaveBeenCalled();
    expect(absent.onEnd).not.toHaveBeenCalled();
  });
});
