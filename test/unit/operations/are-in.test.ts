import { expect, it } from 'vitest';
import { areIn } from '../../../src/operations/start/start.js';
import { ACCEPTING, DEAD, judged, REPLICATION, whole, znode, type Scene } from '../scenes.js';

const isIn = (scene: Scene, ...names: string[]) => areIn(judged(scene), new Set(names));

it('a node is in once it serves, is attached, or is registered where there is no quorum', () => {
  expect(isIn(whole(), 'mq01', 'mq02', 'mq03')).toBe(true);
  // A master that lets nobody in, and its slaves, which nobody says are attached then.
  const silent: Scene = { ...whole(), nodes: {} };
  expect(isIn(silent, 'mq02')).toBe(false);
  const slaves = [{ nodeId: 'id-mq01', attached: true, position: 1000 }];
  const behind: Scene = { ...whole(), replication: { ...REPLICATION, slaves } };
  expect(isIn(behind, 'mq03')).toBe(false);
  expect(isIn(behind, 'mq01', 'mq03')).toBe(false);
  expect(isIn(behind, 'mq01', 'mq02')).toBe(true);
  const few: Scene = { znodes: [znode(1, 'mq01')], nodes: { mq02: DEAD, mq03: DEAD } };
  expect(isIn(few, 'mq01')).toBe(true);
  expect(isIn(few, 'mq01', 'mq02')).toBe(false);
  const electing: Scene = {
    znodes: [1, 2, 3].map((n) => znode(n, `mq0${n}`)),
    nodes: { mq01: ACCEPTING },
  };
  expect(isIn(electing, 'mq01')).toBe(false);
  expect(isIn(electing)).toBe(true);
});
