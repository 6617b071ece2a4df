import { mkdtempSync, rmdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { killNodes } from '../../../src/operations/kill.js';
import { initCluster } from '../../../src/operations/init.js';
import { COMES_BACK, downCluster, stopNodes } from '../../../src/operations/stop.js';
import { statusOf } from '../../../src/observe/status-of.js';
import { openCluster, thisHost, type Cluster } from '../../../src/state/cluster.js';
import { readDesiredState, wantedFile } from '../../../src/state/desired-state-file.js';
import { want } from '../../../src/state/desired-state.js';
import type { ClusterEvent } from '../../../src/state/progress.js';
import { SmallDisk } from '../../support/small-disk.js';
import { broker } from '../children.js';
import { ports } from '../rig.js';
import { coordinationOf } from '../scenes.js';

const NODES = ['mq01', 'mq02', 'mq03'];
const YES = { timeoutMs: 5000, confirm: () => Promise.resolve(true) };

describe.skipIf(!SmallDisk.isPossible)(
  'on a full disk (needs Linux and root: it mounts one)',
  () => {
    let disk: SmallDisk;
    let cluster: Cluster;
    let events: ClusterEvent[];

    beforeEach(async () => {
      disk = SmallDisk.mount(mkdtempSync(join(tmpdir(), 'mqha-full-')), 2);
      events = [];
      const directory = join(disk.path, 'c');
      await initCluster(directory, { nodes: 3, ...(await ports()) }, thisHost({}));
      const emit = (event: ClusterEvent) => void events.push(event);
      const opened = await openCluster(directory, thisHost({ emit }));
      cluster = { ...opened, coordination: coordinationOf(() => Promise.resolve([])) };
      await want(cluster, ['zookeeper', ...NODES], 'up');
      for (const name of NODES) await broker(cluster.id, name);
    });

    afterEach(() => {
      const { path } = disk;
      disk.unmount();
      rmdirSync(path);
    });

    const running = async () =>
      [...(await cluster.registry.findAll(NODES)).keys()].sort().join(' ');
    const wanted = async () => {
      const read = await readDesiredState(cluster.layout);
      if (read.state !== 'read') return read.state;
      return NODES.map((name) => read.wanted.processes[name]?.state).join(' ');
    };
    const warnings = () => events.filter(({ type }) => type === 'warning');

    it('down stops everything, and records it over what stands there', async () => {
      await disk.fill('ballast', 0);
      await downCluster(cluster, 5000);
      expect(await running()).toBe('');
      expect(await wanted()).toBe('down down down');
      expect(warnings()).toEqual([]);
      await rm(join(disk.path, 'ballast'));
      await want(cluster, NODES, 'up');
      expect(await wanted()).toBe('up up up');
    });

    it('stop and kill end what they are to end, and say that it is not recorded', async () => {
      await rm(wantedFile(cluster.layout));
      await disk.fill('ballast', 0);
      const [mq01, mq02] = cluster.config.nodes;
      if (!mq01 || !mq02) throw new Error('there are no nodes');
      await stopNodes(cluster, [mq01], YES);
      expect(await running()).toBe('mq02 mq03');
      await killNodes(cluster, [mq02], await statusOf(cluster), { ...YES, timeoutMs: 500 });
      expect(await running()).toBe('mq03');
      expect(warnings()).toMatchObject(
        [1, 2].map(() => ({
          message: expect.stringContaining('is not recorded (no space') as string,
        })),
      );
      expect(await wanted()).toBe('absent');
    });

    it('a restart stops nothing that it could not start again', async () => {
      await rm(wantedFile(cluster.layout));
      await disk.fill('ballast', 0);
      const [mq01] = cluster.config.nodes;
      const stop = stopNodes(cluster, mq01 ? [mq01] : [], { ...YES, before: COMES_BACK });
      await expect(stop).rejects.toMatchObject({ code: 'disk-full' });
      expect(await running()).toBe('mq01 mq02 mq03');
    });
  },
);
