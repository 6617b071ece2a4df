import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Launched } from '../../../src/agents/launch-plan.js';
import {
  BrokerEnded,
  diedError,
  leftRunning,
  markLogs,
  quoteLogs,
} from '../../../src/operations/start/watch.js';
import { endFile } from '../../../src/stores/end-record.js';
import { DATA_IN_USE } from '../../../src/stores/launcher.js';
import { temporaryDirectory } from '../../support/temp.js';

let log: string;
const write = (name: string, text: string) => {
  writeFileSync(join(log, name), text, { flag: 'a' });
};

/** The marks of logs as they are now. */
const marks = () => markLogs({ base: log, conf: log, data: log, log, tmp: log });

type End = Awaited<Launched['exited']>;

/** A process that was started and has ended so. */
const startedAnd = async (exited: End | Promise<End>) => ({
  name: 'mq01',
  launched: { pid: 7, exited: Promise.resolve(exited) },
  logs: await marks(),
});

beforeEach(() => {
  log = join(temporaryDirectory(), 'log');
  mkdirSync(log);
});

describe('the logs of a process that was started', () => {
  it('are quoted from where they ended before, without frames of stack traces', async () => {
    write('activemq.log', 'of an earlier start\n');
    const before = await marks();
    expect(await quoteLogs(before)).toBe('');
    write('activemq.log', 'it failed\n\tat org.x.Y(Z.java:1)\n\t... 12 more\nat last: said\n');
    write('stderr.log', 'no such option\n');
    expect(await quoteLogs(before)).toBe(
      `${join(log, 'stderr.log')}:\n  no such option\n${join(log, 'activemq.log')}:\n  it failed\n  at last: said`,
    );
  });

  it('are quoted with their last ten lines', async () => {
    const before = await marks();
    write('stdout.log', Array.from({ length: 12 }, (_, index) => `line ${index}\n`).join(''));
    const quoted = (await quoteLogs(before)).split('\n');
    expect(quoted.slice(1)).toHaveLength(10);
    expect([quoted[1], quoted[10]]).toEqual(['  line 2', '  line 11']);
  });
});

describe('the error for a broker that has ended while it was starting', () => {
  const dies = async (end: End | Promise<End>, text = '') => {
    const started = await startedAnd(end);
    if (text !== '') write('stderr.log', text);
    return diedError('mq01', started, leftRunning(['mq02']));
  };

  it('says with which exit code, the end of its log, and who is left', async () => {
    const error = await dies({ code: 1, signal: null }, 'no such option\n');
    expect(error.code).toBe('broker-died');
    expect(error.message).toBe(
      `mq01 ended with exit code 1 while it was starting; the end of its log:\n${join(log, 'stderr.log')}:\n  no such option`,
    );
    expect(error.hint).toContain('left running: mq02');
  });

  it('says by which signal, and quotes no log where nothing was written', async () => {
    const { message } = await dies({ code: null, signal: 'SIGKILL' });
    expect(message).toBe('mq01 ended by SIGKILL while it was starting');
  });

  it('says nothing of how where that is not known', async () => {
    const { message } = await dies(new Promise<End>(() => undefined));
    expect(message).toBe('mq01 ended while it was starting');
    expect((await diedError('mq01', undefined, leftRunning([]))).message).toBe(message);
  });

  it.each([
    { code: 143, signal: null },
    { code: null, signal: 'SIGTERM' },
  ])('says that somebody has ended it: %j', async (end) => {
    const error = await dies(end, 'stopping\n');
    expect(error.message).toBe('mq01 got SIGTERM while it was starting');
    expect(error.hint).toContain('`mqha events`');
  });

  it('says that another process has its data directory', async () => {
    const error = await dies({ code: DATA_IN_USE, signal: null }, 'pid 12 has it\n');
    expect(error.code).toBe('data-in-use');
    expect(error.message).toContain('pid 12 has it');
  });

  const record = (pid: number, code: string) => {
    const end = { at: '', pid, exitCode: 1, code, message: 'x.log is gone' };
    writeFileSync(endFile(log), JSON.stringify(end));
  };

  it('says why it has ended itself, where it did', async () => {
    record(7, 'log-lost');
    const error = await dies({ code: 1, signal: null }, 'stopping\n');
    expect(error).toBeInstanceOf(BrokerEnded);
    expect(error).toMatchObject({ node: 'mq01', code: 'broker-died' });
    expect(error.message).toBe('mq01 ended while it was starting: x.log is gone');
    expect(error.hint).toContain('mqha logs mq01');
    record(7, 'store-damaged');
    expect((await dies({ code: 1, signal: null })).hint).toContain('sets its store aside');
  });

  it('does not take what an earlier process has said for its own', async () => {
    record(6, 'log-lost');
    expect(await dies({ code: 1, signal: null })).not.toBeInstanceOf(BrokerEnded);
  });

  it('names what is left, or that nothing is', () => {
    expect(leftRunning([])).toBe('nothing was started');
    expect(leftRunning(['mq01', 'mq02'])).toBe('left running: mq01, mq02');
  });
});
