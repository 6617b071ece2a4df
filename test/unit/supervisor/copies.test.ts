import { expect, it } from 'vitest';
import { Copies } from '../../../src/supervisor/core/copies.js';

it('tells that too many logs were lost only when they were lost at once', () => {
  const copies = new Copies();
  expect(copies.lost(['mq01'], 1)).toBeUndefined();
  // The same node again is one copy.
  expect(copies.lost(['mq01'], 1)).toBeUndefined();
  copies.attached('mq01');
  expect(copies.lost(['mq02'], 1)).toBeUndefined();
  expect(copies.lost(['mq01'], 1)).toEqual(['mq02', 'mq01']);
  // That is told once.
  expect(copies.lost(['mq01', 'mq02'], 1)).toBeUndefined();
});

it('bears as many as leave a quorum', () => {
  const copies = new Copies();
  expect(copies.lost(['mq01'], 2)).toBeUndefined();
  expect(copies.lost(['mq02'], 2)).toBeUndefined();
  expect(copies.lost(['mq03'], 2)).toHaveLength(3);
  expect(new Copies().lost(['mq01'], 0)).toEqual(['mq01']);
});
