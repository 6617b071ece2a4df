import { describe, expect, it } from 'vitest';
import { Model } from './model.js';

describe('a start', () => {
  it('x', async () => {
    const model = await Model.of();
    const t = performance.now();
    const result = await model.start(undefined, 2000);
    console.log(performance.now() - t, model.done, result.status.state, result, model.events);
    expect(model.master).toBe('mq01');
  });
});
