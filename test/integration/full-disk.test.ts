import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClusterStatus } from '../../src/observe/status.js';
import { errorIn, eventually, type TestCluster } from '../support/cluster.js';
import { SmallDisk } from '../support/small-disk.js';
import { healed, ofType, watchedCluster } from '../support/watched.js';

const NODE = 'mq01';
/** More than the smallest store, so that the disk is no problem until it is full. */
const DISK_MB = 450;
const STORE = '300mb';
const LEFT_BYTES = 200 * 1024;
const COUNT = 100;
const BODY_BYTES = 10_240;

describe.skipIf(!SmallDisk.isPossible)(
  'a disk that is full (needs Linux and root: it mounts one)',
  () => {
    let cluster: TestCluster;
    let disk: SmallDisk | undefined;

    beforeAll(async () => {
      cluster = await watchedCluster(async (made) => {
        await made.edit((text) => text.replace(/store: \d+gb/, `store: ${STORE}`));
        disk = SmallDisk.mount(join(made.directory, 'nodes', NODE, 'data'), DISK_MB);
      });
    });

    afterAll(async () => {
      await cluster.run('down');
      disk?.unmount();
      await cluster.remove();
    });

    it('ends the master, which comes back when there is space; another serves without a loss', async () => {
      const before = await healed(cluster);
      if (before.master !== NODE) await cluster.json('switchover', '--to', NODE, '--yes');
      await healed(cluster);
      const began = new Date();
      await disk?.fill('ballast', LEFT_BYTES);
      await cluster.json('send', 'full', '--count', `${COUNT}`, '--size', `${BODY_BYTES}`);
      const during = await cluster.status();
      expect(during.state).toBe('degraded');
      expect(during.master).not.toBe(NODE);
      expect(during.problems).toContainEqual(
        expect.objectContaining({ code: 'disk-full', node: NODE }),
      );
      const [lost] = ofType(await cluster.events(began), 'master-lost');
      expect(lost?.master).toBe(NODE);

      await rm(join(disk?.path ?? '', 'ballast'));
      await cluster.json('up');
      const after = await healed(cluster);
      expect(after.nodes.find(({ name }) => name === NODE)).toMatchObject({
        role: 'slave',
        attached: true,
      });
      // What it was given afterwards it has: it serves all of it.
      await cluster.json('switchover', '--to', NODE, '--yes');
      expect((await healed(cluster)).master).toBe(NODE);
      const { messages } = await cluster.json<{ messages: { body: string }[] }>('consume', 'full');
      const numbers = new Set(messages.map(({ body }) => parseInt(body, 10)));
      expect([...numbers]).toEqual(Array.from({ length: COUNT }, (_, index) => index + 1));
    });
  },
);

const MB = 1024 * 1024;
const ROOM_MB = 150;
/** What the supervisor would have given up within. */
const PATIENCE_MS = 10_000;

describe.skipIf(!SmallDisk.isPossible)('a disk that all nodes share', () => {
  let cluster: TestCluster;
  let disk: SmallDisk | undefined;

  beforeAll(async () => {
    cluster = await watchedCluster(async (made) => {
      await made.edit((text) => text.replace(/store: \d+gb/, `store: ${STORE}`));
      disk = SmallDisk.mount(join(made.directory, 'nodes'), 700);
    });
  });

  afterAll(async () => {
    await cluster.run('down');
    disk?.unmount();
    await cluster.remove();
  });

  it('ends all of them when it is full; they come back by themselves when there is a little room', async () => {
    const send = (...flags: string[]) =>
      cluster.run('send', 'shared', '--size', '200000', '--count', `${COUNT}`, '--json', ...flags);
    expect((await send()).exitCode).toBe(0);
    await disk?.fill('rest', ROOM_MB * MB);
    await disk?.fill('room', 0);
    const began = new Date();
    const refused = await send('--timeout', '5s');
    expect(refused.exitCode).not.toBe(0);
    const more = Number(/(\d+) messages? w/.exec(errorIn(refused.stderr).message)?.[1]);
    await new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
    expect((await cluster.run('check')).exitCode).toBe(2);

    await rm(join(disk?.path ?? '', 'room'));
    const isWhole = ({ nodes }: ClusterStatus) =>
      nodes.every((node) => node.accepting || node.attached === true);
    await eventually(() => cluster.status(), isWhole);
    const events = await cluster.events(began);
    expect(ofType(events, 'gave-up')).toEqual([]);
    expect(ofType(events, 'process-ended').map(({ how }) => how)).toContainEqual(
      expect.stringContaining('disk'),
    );
    const { messages } = await cluster.json<{ messages: { body: string }[] }>('consume', 'shared');
    expect(messages.length).toBeGreaterThanOrEqual(COUNT + more);
  });
});
