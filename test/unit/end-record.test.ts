import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { endOfLast, readEndRecord } from '../../src/stores/end-record.js';

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mqha-end-'));
});

afterAll(() => rm(directory, { recursive: true }));

it('knows that the last broker ran out of memory, which can write nothing any more', async () => {
  const stdout = join(directory, 'stdout.log');
  const start = 'Loading message broker from: xbean:file:conf/activemq.xml\n';
  const end = 'Terminating due to java.lang.OutOfMemoryError: Java heap space\n';
  expect(await endOfLast(directory, 4711)).toBeUndefined();
  await writeFile(stdout, `${start}${end}`);
  expect(await endOfLast(directory, 4711)).toMatchObject({
    pid: 4711,
    exitCode: 3,
    code: 'out-of-memory',
    message: expect.stringContaining('Java heap space') as string,
  });
  await writeFile(stdout, `${start}${end}${start}`);
  expect(await endOfLast(directory, 4711)).toBeUndefined();
});

it('knows that the JVM crashed, or never came into being, until the next one says something', async () => {
  const stdout = join(directory, 'stdout.log');
  // As OpenJDK 17 prints it.
  const crash = [
    '#',
    '# A fatal error has been detected by the Java Runtime Environment:',
    '#',
    '#  SIGSEGV (0xb) at pc=0x00007f0611833f14 (sent by kill), pid=22960, tid=22960',
    '#',
    '# JRE version: OpenJDK Runtime Environment (17.0.15+6)',
    '# An error report file with more information is saved as:',
    '# /tmp/hs_err_pid22960.log',
    '#',
    '',
  ].join('\n');
  await writeFile(stdout, `Loading message broker\n${crash}`);
  expect(await endOfLast(directory, 4711)).toMatchObject({
    exitCode: 134,
    code: 'jvm-crashed',
    message:
      'the Java virtual machine crashed: SIGSEGV (0xb) at pc=0x00007f0611833f14 (sent by kill), pid=22960, tid=22960; its report is /tmp/hs_err_pid22960.log',
  });
  await writeFile(stdout, `${crash}Loading message broker\n`);
  expect(await endOfLast(directory, 4711)).toBeUndefined();
  const none = 'Error occurred during initialization of VM\nCould not reserve enough space\n';
  await writeFile(stdout, none);
  expect(await endOfLast(directory, 4711)).toMatchObject({
    exitCode: 1,
    code: 'jvm-not-started',
    message: 'no Java virtual machine could be made: Could not reserve enough space',
  });
  await writeFile(stdout, `${none}Loading message broker\nand more\n`);
  expect(await endOfLast(directory, 4711)).toBeUndefined();
  await rm(stdout);
});

it('reads why a broker ended itself, and nothing from what is absent or broken', async () => {
  expect(await readEndRecord(directory)).toBeUndefined();
  const record = {
    at: '2026-01-02T03:04:05.678Z',
    pid: 4711,
    exitCode: 72,
    code: 'replay-failed',
    message: 'the log could not be replayed: "invalid record position"',
  };
  await writeFile(join(directory, 'end.json'), JSON.stringify(record));
  expect(await readEndRecord(directory)).toEqual(record);
  await writeFile(join(directory, 'end.json'), '{"at":"2026');
  expect(await readEndRecord(directory)).toBeUndefined();
});
