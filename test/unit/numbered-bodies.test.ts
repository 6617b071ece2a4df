import { describe, expect, it } from 'vitest';
import { NumberedBodies } from '../../src/messages/numbered-bodies.js';

/** Everything that so many clients take, each as soon as it can. */
async function takenBy(clients: number, bodies: Iterable<string> | AsyncIterable<string>) {
  const shared = new NumberedBodies(bodies);
  const taken: [number, unknown][] = [];
  await Promise.all(
    Array.from({ length: clients }, async () => {
      for (;;) {
        const next = await shared.next();
        if (next === 'done') return;
        taken.push([next.number, next.body]);
      }
    }),
  );
  return taken.sort(([a], [b]) => a - b);
}

describe('bodies that several clients take', () => {
  const five = ['a', 'b', 'c', 'd', 'e'];
  const numbered = five.map((body, index) => [index + 1, body]);

  it.each([1, 3, 9])('are each given once, to %d', async (clients) => {
    expect(await takenBy(clients, five)).toEqual(numbered);
  });

  it('come from what is read meanwhile, one read at a time', async () => {
    let reading = 0;
    const lines: AsyncIterable<string> = {
      [Symbol.asyncIterator]: () => {
        const rest = [...five];
        return {
          next: async () => {
            expect(++reading).toBe(1);
            await new Promise((resolve) => setTimeout(resolve, 1));
            reading -= 1;
            const value = rest.shift();
            return value === undefined ? { done: true, value } : { done: false, value };
          },
        };
      },
    };
    expect(await takenBy(3, lines)).toEqual(numbered);
  });

  it('fail for whoever asks where they cannot be read', async () => {
    function* broken() {
      yield 'a';
      throw new Error('unreadable');
    }
    await expect(takenBy(2, broken())).rejects.toThrow('unreadable');
  });
});
