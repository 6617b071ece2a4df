import { appendFileSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/config/load.js';
import { MACHINE_CODES } from '../../../src/doctor/machine-codes.js';
import type { Examination } from '../../../src/doctor/finding.js';
import {
  limitResults,
  portResults,
  renderedResults,
  statusResults,
} from '../../../src/doctor/machine/cluster-checks.js';
import { judgeMachine, type MachineReadings } from '../../../src/doctor/machine/judge-machine.js';
import { localeOf, parseOpenFiles } from '../../../src/doctor/machine/read-machine.js';
import { parseRange, parseReserved, reserveCommand } from '../../../src/doctor/outgoing-ports.js';
import { MqhaError } from '../../../src/lib/errors.js';
import { parseLimits } from '../../../src/stores/replicated-leveldb/zookeeper/limits.js';
import { temporaryDirectory } from '../../support/temp.js';
import { edit, fakeJava, made, mqha } from '../rig.js';

const WELL: MachineReadings = {
  java: { version: '17.0.1', path: '/java' },
  distribution: 'cached',
  openFiles: 65_536,
  outgoing: { outgoing: { from: 32_768, to: 60_999 }, reserved: '', isReserved: () => false },
  ports: [{ what: 'mq01 messagePort', port: 21_616 }],
  locale: { isUtf8: true, name: 'C.UTF-8' },
  directory: '/srv/mq',
};

const ends = (more: Partial<MachineReadings>) =>
  judgeMachine({ ...WELL, ...more }).flatMap(({ code, result }) =>
    result === 'pass' ? [] : [`${code} ${result}`],
  );

describe('a machine', () => {
  it('with which nothing is wrong passes', () => {
    expect(ends({})).toEqual([]);
  });

  it.each([
    [{ java: new MqhaError('java-missing', 'm', { hint: 'h' }) }, 'java fail'],
    [{ java: { version: '21', path: '/j', warning: 'not tested' } }, 'java warn'],
    [{ distribution: 'absent' }, 'distribution warn'],
    [{ distribution: 'lost' }, 'distribution fail'],
    [{ distribution: new MqhaError('untrusted-cache', 'm', { hint: 'h' }) }, 'distribution fail'],
    [{ openFiles: 1024 }, 'open-files warn'],
    [{ openFiles: undefined }, 'open-files unknown'],
    [{ locale: { isUtf8: false, name: 'C' }, directory: '/srv/дом' }, 'locale warn'],
    [
      {
        ports: [{ what: 'mq01 messagePort', port: 60_001 }, ...WELL.ports],
        outgoing: { ...WELL.outgoing, outgoing: { from: 32_768, to: 60_999 } },
      },
      'outgoing-ports warn',
    ],
    [{ outgoing: { ...WELL.outgoing, outgoing: undefined } }, 'outgoing-ports unknown'],
  ] satisfies [Partial<MachineReadings>, string][])('%# %s', (more, wanted) => {
    expect(ends(more)).toEqual([wanted]);
  });

  it('has a locale that no path needs', () => {
    expect(ends({ locale: { isUtf8: false, name: 'C' } })).toEqual([]);
    expect(localeOf({ LANG: 'de_DE.UTF-8', LC_ALL: 'C' })).toEqual({ isUtf8: false, name: 'C' });
    expect(localeOf({ LANG: 'de_DE.utf8', LC_ALL: '' })).toEqual({
      isUtf8: true,
      name: 'de_DE.utf8',
    });
  });

  it('tells its limits and ranges', () => {
    const limits =
      'Limit  Soft Hard Units\nMax open files            1024                 524288               files     \n';
    expect(parseOpenFiles(limits)).toBe(524_288);
    expect(parseOpenFiles(limits.replace('524288', 'unlimited'))).toBe(Infinity);
    expect(parseOpenFiles('')).toBeUndefined();
    expect(parseRange('32768\t60999\n')).toEqual({ from: 32_768, to: 60_999 });
    expect(parseRange('')).toBeUndefined();
    const { reserved, isReserved } = parseReserved('8080,9000-9002\n');
    expect([8079, 8080, 8999, 9000, 9002, 9003].filter(isReserved)).toEqual([8080, 9000, 9002]);
    expect(['', '\n'].map((text) => parseReserved(text).isReserved(0))).toEqual([false, false]);
    expect(reserveCommand([1, 2, 3, 5], { reserved })).toContain('=8080,9000-9002,1-3,5');
    expect(reserveCommand([7], { reserved: '' })).toMatch(/=7$/);
  });
});

describe('a cluster', () => {
  const at = { what: 'mq01 messagePort', node: 'mq01', port: 1 };

  it.each([
    [{ ...at, by: 'nobody' }, 'pass'],
    [{ ...at, by: 'cluster', pid: 3 }, 'pass'],
    [{ ...at, by: 'connection', pid: 3 }, 'fail'],
    [{ ...at, by: 'other', pid: 3, command: 'java' }, 'fail'],
    [{ ...at, by: 'unknown' }, 'unknown'],
  ] as const)('has ports: %s', (port, result) => {
    expect(portResults([{ ...at, by: 'nobody' }, port])).toMatchObject([{ code: 'ports', result }]);
  });

  it.each([
    ['edited', 'fail'],
    ['outdated', 'warn'],
    ['missing', 'warn'],
    ['same', 'pass'],
  ] as const)('has rendered files: %s', (state, result) => {
    const file = { path: 'nodes/mq01/conf/activemq.xml' } as Parameters<
      typeof renderedResults
    >[0][0]['file'];
    expect(renderedResults([{ state, file }])).toMatchObject([{ code: 'rendered', result }]);
  });

  it('has the problems of status, by their own codes', () => {
    expect(statusResults([])).toMatchObject([{ code: 'status', result: 'pass' }]);
    const problem = { node: 'mq01', message: 'm', hint: 'h' };
    const found = statusResults([
      { severity: 'error', code: 'disk-full', ...problem },
      { severity: 'warning', code: 'disk-small', ...problem },
      { severity: 'info', code: 'process-unknown', ...problem },
      { severity: 'error', code: 'port-taken', ...problem },
    ]);
    expect(found.map(({ code, result }) => `${code} ${result}`)).toEqual([
      'disk-full fail',
      'disk-small warn',
      'process-unknown unknown',
    ]);
  });

  it('has an ensemble with limits of its own', () => {
    const source =
      'zookeeper: { managed: false, connect: "zk:2181", sessionTimeout: 10s }\nreplicas: 1\nnodes:\n  - { name: mq01, webPort: 8161, messagePort: 61616, replicationPort: 61619 }\n';
    const config = parseConfig(source, 'mqha.yaml');
    const read = (tick: number, most: number) =>
      limitResults(config, [
        {
          server: 'zk:2181',
          ...parseLimits(
            `clientPort=2181\ntickTime=${tick}\nmaxClientCnxns=${most}\nminSessionTimeout=${2 * tick}\nmaxSessionTimeout=${20 * tick}\nserverId=1\n`,
          ),
        },
      ]).map(({ result }) => result);
    expect(read(2000, 60)).toEqual(['pass']);
    expect(read(2000, 0)).toEqual(['pass']);
    expect(read(2000, 3)).toEqual(['warn']);
    expect(read(6000, 60)).toEqual(['warn']);
    expect(read(400, 60)).toEqual(['warn']);
    const said = (answer: string) =>
      limitResults(config, [{ server: 'zk:2181', ...parseLimits(answer) }]);
    expect(said('conf is not executed because it is not in the whitelist.')).toMatchObject([
      { result: 'unknown', message: 'zk:2181 does not say its limits' },
    ]);
    expect(said('')).toMatchObject([{ result: 'unknown', message: 'zk:2181 does not answer' }]);
  });
});

describe('mqha doctor', () => {
  const doctor = async (args: readonly string[], cwd: string) => {
    const run = await mqha(['--json', ...args, 'doctor'], {
      cwd,
      env: { JAVA_HOME: fakeJava('17.0.1') },
    });
    return {
      ...run,
      found: run.stdout === '' ? undefined : (JSON.parse(run.stdout) as Examination),
    };
  };
  const resultsOf = (found: Examination | undefined) =>
    Object.fromEntries((found?.checks ?? []).map(({ code, result }) => [code, result]));

  it('examines the machine alone where there is no cluster, and refuses a wrong directory', async () => {
    const { found, status } = await doctor([], temporaryDirectory());
    expect(found?.cluster).toBeNull();
    expect(resultsOf(found)).toMatchObject({ java: 'pass', distribution: 'fail' });
    expect(status).toBe(1);
    expect(await doctor(['-C', '/nowhere'], '/')).toMatchObject({ status: 2, found: undefined });
  });

  it('knows a stopped cluster, an edited file, a port that another holds, and an mqha.yaml that is wrong', async () => {
    const directory = await made();
    const first = await doctor(['-C', directory], '/');
    expect(resultsOf(first.found)).toMatchObject({
      'cluster-file': 'pass',
      ports: 'pass',
      rendered: 'pass',
      'zookeeper-limits': 'pass',
    });

    appendFileSync(join(directory, 'nodes/mq02/conf/activemq.xml'), '<!-- x -->');
    const port = /messagePort: (\d+)/.exec(readFileSync(join(directory, 'mqha.yaml'), 'utf8'))?.[1];
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(Number(port), '127.0.0.1', resolve));
    const second = await doctor(['-C', directory], '/');
    server.close();
    expect(resultsOf(second.found)).toMatchObject({ ports: 'fail', rendered: 'fail' });
    expect(second.found?.checks.find(({ code }) => code === 'ports')?.message).toContain(
      `(pid ${process.pid}`,
    );

    edit(directory, 'replicas: 3', 'replicas: 4');
    const third = await doctor(['-C', directory], '/');
    expect(resultsOf(third.found)).toMatchObject({ 'cluster-file': 'fail', java: 'pass' });
  });

  it('has an entry for whatever it says of the machine', () => {
    for (const entry of Object.values(MACHINE_CODES)) expect(entry.pass).not.toBe('');
  });
});
