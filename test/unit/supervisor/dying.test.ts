import { describe, expect, it } from 'vitest';
import { openCluster, thisHost } from '../../../src/state/cluster.js';
import { ensureDirectory } from '../../../src/lib/files.js';
import { supervisorDirectory } from '../../../src/state/supervisor-lock.js';
import { readSupervisorState } from '../../../src/state/supervisor-state.js';
import { Restarter } from '../../../src/supervisor/restarter.js';
import { StateWriter } from '../../../src/supervisor/state-writer.js';
import { DesiredStateReader } from '../../../src/supervisor/desired-state-reader.js';
import { unrendered } from '../rig.js';

/** A supervisor's knowledge of deaths, without processes. */
async function setUp() {
  const cluster = await openCluster(await unrendered(), thisHost({}));
  await ensureDirectory(supervisorDirectory(cluster.layout));
  const revival = new Restarter(new DesiredStateReader());
  const statement = new StateWriter(new Date());
  return {
    cluster,
    revival,
    die: async (name: string, times: number, reason: string, hopeless?: string) => {
      for (let time = 0; time < times; time++) {
        revival.note(name, reason);
        await revival.plan(cluster, name, 2000, performance.now(), hopeless);
        // It runs again.
        if (hopeless === undefined) revival.settle(name);
      }
    },
    stated: async (isWanted: (name: string) => boolean = () => true) => {
      await statement.write(cluster, {
        serving: undefined,
        isWanted,
        revival: revival.current,
        faults: [],
        dying: revival.dying(performance.now()),
      });
      return (await readSupervisorState(cluster.layout))?.dying;
    },
  };
}

describe('who keeps dying', () => {
  it('is stated with the last reason, and no longer where a person wants it down', async () => {
    const { die, stated } = await setUp();
    await die('mq01', 4, 'mq01 died');
    expect(await stated()).toBeUndefined();
    await die('mq01', 1, 'it ran out of memory');
    const dying = await stated();
    expect(Object.keys(dying ?? {})).toEqual(['mq01']);
    expect(dying?.mq01).toMatchObject({ deaths: 5, reason: 'it ran out of memory' });
    expect(await stated((name) => name !== 'mq01')).toBeUndefined();
  });

  it('is forgotten where a person asks for it anew, and where mqha.yaml names it no longer', async () => {
    const { revival, die, stated } = await setUp();
    const wanted = (at: string) => ({
      processes: { mq01: { state: 'up', at } as const },
      supervisor: true,
    });
    revival.resetOnRequest(wanted('1'));
    for (const name of ['mq01', 'mq02']) await die(name, 6, 'it died');
    expect(revival.resetOnRequest(wanted('2'))).toEqual(['mq01']);
    expect(Object.keys((await stated()) ?? {})).toEqual(['mq02']);
    revival.keepOnly(['mq01', 'mq03']);
    expect(await stated()).toBeUndefined();
  });

  it('is told as given up where it is', async () => {
    const { revival, die, stated } = await setUp();
    await die('mq01', 5, 'it died');
    await die('mq01', 1, 'it died', 'every node fails alike');
    expect(revival.current.get('mq01')?.state).toBe('given-up');
    expect(await stated()).toBeUndefined();
  });

  it('is started again later each time: the plan is in the journal', async () => {
    const { cluster, die } = await setUp();
    await die('mq01', 5, 'it died');
    const planned = (await cluster.journal.read({})).filter(
      (entry) => entry.type === 'restart-planned',
    );
    expect(planned.map(({ attempt, delayMs }) => [attempt, delayMs])).toEqual([
      [1, 0],
      [2, 0],
      [3, 1000],
      [4, 2000],
      [5, 4000],
    ]);
  });
});
