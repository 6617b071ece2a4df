import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCluster, thisHost } from '../../src/state/cluster.js';
import type { ClusterStatus } from '../../src/observe/status.js';
import { broker, soon } from './children.js';
import { errorOf, made, mqha, snapshot } from './rig.js';

/** Undefined: it is gone. */
const WAYS = [undefined, '', '{"id":"', '{"id":"x"}'];

/** A cluster that was rendered; its brokers are children that do nothing. */
async function setUp() {
  const directory = await made();
  const { id, layout } = await openCluster(directory, thisHost({}));
  const file = join(layout.state, 'cluster.json');
  return {
    directory,
    id,
    file,
    credentials: join(layout.state, 'credentials.json'),
    run: (name: string, of = id, cwd = layout.node(name).base) => broker(of, name, [], cwd),
    tmpOf: (name: string) => layout.node(name).tmp,
    damage: (text: string | undefined) => {
      if (text === undefined) rmSync(file);
      else writeFileSync(file, text);
    },
    call: (...args: string[]) => mqha(['-C', directory, ...args, '--json']),
  };
}

describe('a cluster whose file no longer says who it is', () => {
  it.each(WAYS)('is known by what runs in its directory: %j', async (text) => {
    const { damage, run, call, file, id } = await setUp();
    const before = readFileSync(file, 'utf8');
    const [first, second] = [await run('mq01'), await run('mq02')];
    damage(text);
    const { stdout, status } = await call('status');
    expect(status).toBe(0);
    const { nodes, problems } = JSON.parse(stdout) as ClusterStatus;
    expect(nodes.map(({ pid }) => pid)).toEqual([first.pid, second.pid, null]);
    expect(problems.find(({ code }) => code === 'state-damaged')).toMatchObject({
      severity: 'warning',
      message: expect.stringContaining('cluster.json is ') as string,
    });
    // The last moment at which something runs that tells it.
    expect(await call('down')).toMatchObject({ status: 0 });
    await soon(Promise.all([first.ended, second.ended]));
    expect(readFileSync(file, 'utf8')).toBe(before);
    expect(before).toContain(id);
  });

  it('is written down by `stop` as well', async () => {
    const { damage, run, call, file, id } = await setUp();
    const only = await run('mq01');
    damage('');
    expect(await call('stop', 'mq01', '--yes')).toMatchObject({ status: 0 });
    await soon(only.ended);
    expect(readFileSync(file, 'utf8')).toContain(id);
  });

  it('is guessed neither from two answers nor from argv alone: what runs is named', async () => {
    const { directory, damage, run, call, id, tmpOf } = await setUp();
    const children = [
      await run('mq01'),
      await run('mq02', 'another'),
      await broker(id, 'mq03', [`-Djava.io.tmpdir=${tmpOf('mq03')}`]),
    ];
    damage('{');
    const before = snapshot(directory);
    for (const command of ['status', 'down']) {
      const refused = await call(command);
      expect(refused.status).toBe(1);
      expect(errorOf(refused).code).toBe('state-damaged');
      const [, pids = ''] = /`kill ([\d ]+)`/.exec(errorOf(refused).hint) ?? [];
      expect(pids.split(' ').map(Number).sort()).toEqual(children.map(({ pid }) => pid).sort());
    }
    expect(snapshot(directory)).toEqual(before);
    for (const child of children.slice(0, 2)) await child.end();
    expect(errorOf(await call('down')).hint).toContain(`\`kill ${children[2]?.pid ?? 0}\``);
  });

  it('is not told by what runs elsewhere', async () => {
    const { damage, run, call } = await setUp();
    const elsewhere = await run('mq01', undefined, '/');
    damage('{');
    expect(errorOf(await call('down'))).toMatchObject({
      code: 'state-damaged',
      hint: expect.stringMatching(
        /^No broker of this directory was found.*mqha render --yes/,
      ) as string,
    });
    expect(elsewhere.runs()).toBe(true);
  });

  it('has no id where it was never rendered', async () => {
    const { damage, call } = await setUp();
    damage(undefined);
    const { problems } = JSON.parse((await call('status')).stdout) as ClusterStatus;
    expect(problems).toEqual([]);
  });
});

describe('a cluster whose account is damaged', () => {
  it.each([['down'], ['stop', 'mq01', 'mq02', '--yes']])('can be ended: %s', async (...args) => {
    const { credentials, run, call } = await setUp();
    const children = [await run('mq01'), await run('mq02')];
    writeFileSync(credentials, '{');
    expect(errorOf(await call('status'))).toMatchObject({
      code: 'state-damaged',
      hint: expect.stringContaining('mqha down') as string,
    });
    expect(await call(...args)).toMatchObject({ status: 0 });
    expect(children.map((child) => child.runs())).toEqual([false, false]);
  });
});
