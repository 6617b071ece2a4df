import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCluster, thisHost } from '../../../src/cluster/context.js';
import { isWanted, readWanted, want, wantSupervisor } from '../../../src/cluster/wanted.js';
import { unrendered } from '../rig.js';

const NOTHING = { processes: {}, supervisor: true };

/** A cluster whose clock shows what it is set to. */
async function setUp() {
  const clock = { at: '2026-11-24T07:00:00.000Z' };
  const host = { ...thisHost({ command: 'mqha up' }), now: () => new Date(clock.at) };
  const cluster = await openCluster(await unrendered(), host);
  return { cluster, clock, file: join(cluster.layout.state, 'wanted.json') };
}

describe('what is wanted', () => {
  it('is nothing of which nobody spoke, and a supervisor', async () => {
    const { cluster } = await setUp();
    const wanted = await readWanted(cluster.layout);
    expect(wanted).toEqual(NOTHING);
    expect(isWanted(wanted, 'mq01')).toBe(false);
  });

  it('is kept with the moment it was asked for', async () => {
    const { cluster, clock } = await setUp();
    await want(cluster, ['mq01', 'mq02'], 'up');
    const wanted = await readWanted(cluster.layout);
    expect(wanted).toEqual({
      processes: {
        mq01: { state: 'up', at: clock.at },
        mq02: { state: 'up', at: clock.at },
      },
      supervisor: true,
    });
    expect(['mq01', 'mq02', 'mq03'].filter((name) => isWanted(wanted, name))).toEqual([
      'mq01',
      'mq02',
    ]);
  });

  it('changes for those that were named, and for no others', async () => {
    const { cluster, clock } = await setUp();
    const [first, second] = [clock.at, '2026-11-24T08:00:00.000Z'];
    await want(cluster, ['mq01', 'mq02'], 'up');
    clock.at = second;
    await want(cluster, ['mq02', 'mq03'], 'down');
    expect((await readWanted(cluster.layout)).processes).toEqual({
      mq01: { state: 'up', at: first },
      mq02: { state: 'down', at: second },
      mq03: { state: 'down', at: second },
    });
  });

  it('is asked for anew with the same words: only the moment changes', async () => {
    const { cluster, clock } = await setUp();
    await want(cluster, ['mq01'], 'up');
    clock.at = '2026-11-24T08:00:00.000Z';
    await want(cluster, ['mq01'], 'up');
    expect((await readWanted(cluster.layout)).processes.mq01).toEqual({
      state: 'up',
      at: clock.at,
    });
  });

  it('is told to the journal with the command', async () => {
    const { cluster } = await setUp();
    await want(cluster, ['mq01'], 'down');
    expect(await cluster.journal.read({})).toMatchObject([
      { source: 'command', type: 'wanted', nodes: ['mq01'], state: 'down', command: 'mqha up' },
    ]);
  });

  it('of nobody is not written', async () => {
    const { cluster, file } = await setUp();
    await want(cluster, [], 'up');
    expect(() => statSync(file)).toThrow('ENOENT');
    expect(await cluster.journal.read({})).toEqual([]);
  });

  it('of a supervisor is kept with the rest', async () => {
    const { cluster, file } = await setUp();
    await wantSupervisor(cluster.layout, true);
    expect(() => statSync(file)).toThrow('ENOENT');
    await want(cluster, ['mq01'], 'up');
    await wantSupervisor(cluster.layout, false);
    await want(cluster, ['mq02'], 'up');
    const wanted = await readWanted(cluster.layout);
    expect(wanted.supervisor).toBe(false);
    expect(Object.keys(wanted.processes)).toEqual(['mq01', 'mq02']);
  });

  it.each([
    '',
    '{',
    'null',
    '[]',
    '{"processes":{"mq01":{"state":"maybe","at":""}},"supervisor":true}',
    '{"processes":{}}',
  ])('is nothing where the file is %j, until somebody says it again', async (text) => {
    const { cluster, file } = await setUp();
    await want(cluster, ['mq01'], 'up');
    writeFileSync(file, text);
    expect(await readWanted(cluster.layout)).toEqual(NOTHING);
    await want(cluster, ['mq02'], 'up');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
      processes: { mq02: { state: 'up' } },
    });
  });
});
