import { describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.js';
import { soon } from './children.js';
import { TestIo, unrendered } from './rig.js';

/** The command line as it runs now, until it has exited. */
function begin(io: TestIo, ...args: readonly string[]): Promise<void> {
  return main(['node', 'mqha', ...args], io);
}

const broken = (code: string) => Object.assign(new Error(code), { code });

describe('main', () => {
  it('takes nothing of the process it runs in, and leaves nothing behind', async () => {
    const counts = () => ['SIGINT', 'SIGTERM', 'exit'].map((name) => process.listenerCount(name));
    const before = counts();
    const io = new TestIo();
    const running = begin(io, '--version');
    expect(counts()).toEqual(before);
    await running;
    expect(io.run).toMatchObject({ status: 0, stderr: '' });
    expect(io.signals.eventNames()).toEqual([]);
  });

  it.each(['SIGINT', 'SIGTERM'])('lets a command end in order at the first %s', async (signal) => {
    const directory = await unrendered();
    const io = new TestIo();
    const running = begin(io, '-C', directory, 'events', '-f');
    expect(io.signals.listenerCount(signal)).toBe(1);
    io.signals.emit(signal);
    await soon(running);
    expect(io.status).toBe(0);
    expect(io.signals.eventNames()).toEqual([]);
  });

  it('looks again and again with status -w, one document a line with --json', async () => {
    const io = new TestIo();
    const running = begin(io, '-C', await unrendered(), 'status', '-w', '--json');
    const documents = () => io.written.trimEnd().split('\n');
    await expect.poll(() => documents().length, { timeout: 20_000 }).toBeGreaterThan(1);
    io.signals.emit('SIGINT');
    await soon(running);
    expect(io.status).toBe(0);
    for (const line of documents()) expect(JSON.parse(line)).toMatchObject({ state: 'stopped' });
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])('ends at the second %s with exit code %i', async (signal, exitCode) => {
    const io = new TestIo();
    const running = begin(io, '-C', await unrendered(), 'events', '-f');
    io.signals.emit(signal);
    expect(io.status).toBeUndefined();
    io.signals.emit(signal);
    expect(io.status).toBe(exitCode);
    await soon(running);
  });

  it.each([
    [['check', '-C'], 3],
    [['status', '-C'], 2],
  ])('has no verdict where %j lacks the value of an option', async (words, exitCode) => {
    const io = new TestIo();
    await begin(io, ...words);
    expect(io.status).toBe(exitCode);
  });

  it.each([
    ['status', 'EPIPE', 0],
    ['check', 'EPIPE', 3],
    ['status', 'ENOSPC', 1],
    ['check', 'ENOSPC', 3],
  ])('knows what it is when %s cannot write: %s is %i', async (command, code, exitCode) => {
    const io = new TestIo();
    const running = begin(io, '-C', await unrendered(), command);
    io.stdout.emit('error', broken(code));
    expect(io.status).toBe(exitCode);
    await running;
    expect(io.run.stderr.includes('no space left to write')).toBe(code === 'ENOSPC');
  });

  it('tells a bug as one, with its stack, and exits 1', async () => {
    const io = Object.assign(new TestIo(), {
      cwd: () => {
        throw new TypeError('no such thing');
      },
    });
    await begin(io, 'status');
    const { status, stderr } = io.run;
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: mqha failed: no such thing\nhint: This is a bug of mqha;.*\n/);
    expect(stderr).toMatch(/^\s+at /m);
    const check = Object.assign(new TestIo(), { cwd: io.cwd });
    await begin(check, 'check', '--json');
    expect(check.run.status).toBe(3);
    expect(JSON.parse(check.run.stderr)).toMatchObject({ error: { code: 'internal' } });
  });
});
