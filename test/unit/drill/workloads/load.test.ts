import { describe, expect, it, onTestFinished } from 'vitest';
import { DRILL_QUEUE } from '../../../../src/drill/workloads/payload.js';
import { Load } from '../../../../src/drill/workloads/load.js';
import { Deadline } from '../../../../src/lib/time.js';
import { become, cut, peer, silent } from '../../client/peer.js';
import type { Broker } from '../../../../src/clients/brokers.js';

const NEVER = new AbortController().signal;

function loadOn(brokers: readonly Broker[], options: { rate?: number; clients?: number } = {}) {
  const load = new Load({
    queue: DRILL_QUEUE,
    client: { brokers, account: undefined, patienceMs: 50 },
    clients: options.clients ?? 2,
    rate: options.rate,
    run: '0123abcd',
    firstClient: 4,
  });
  onTestFinished(() => load.stop(0));
  load.start();
  return load;
}

describe('a load', () => {
  it('sends each number of each client once, in their order', async () => {
    const master = await peer();
    const load = loadOn([master.broker]);
    await become(() => load.acknowledged >= 50);
    await load.stop(5000);
    const bodies = master.received.map(({ body }) => String(body));
    expect(new Set(bodies).size).toBe(bodies.length);
    expect(load.acknowledged).toBe(bodies.length);
    for (const client of [4, 5]) {
      const own = bodies.filter((body) => body.startsWith(`0123abcd:${client}:`));
      expect(own).toEqual(own.map((_, number) => `0123abcd:${client}:${number}`));
      expect(load.sends[client - 4]?.map(({ body }) => body)).toEqual(own);
    }
  });

  it('leaves open what was not acknowledged, and goes on with the next', async () => {
    let count = 0;
    const master = await peer({
      answer: (context) => {
        if ((count += 1) === 5) cut(context);
        else context.delivery?.accept();
      },
    });
    const load = loadOn([master.broker], { clients: 1 });
    await become(() => load.acknowledged >= 10);
    await load.stop(5000);
    const sends = load.sends[0] ?? [];
    const failed = sends.filter(({ outcome }) => outcome === 'failed');
    expect(failed.map(({ body }) => body)).toEqual(['0123abcd:4:4']);
    const bodies = master.received.map(({ body }) => String(body));
    expect(bodies.filter((body) => body === '0123abcd:4:4')).toHaveLength(1);
  });

  it('keeps to its rate, of all clients together, and shows it', async () => {
    const master = await peer();
    const load = loadOn([master.broker], { rate: 100, clients: 4 });
    await become(() => load.acknowledged > 0);
    const [since, before] = [performance.now(), load.acknowledged];
    await become(() => load.acknowledged >= before + 100);
    // Each client may be a turn ahead.
    expect(performance.now() - since).toBeGreaterThan(900);
    expect(load.rate).toBeLessThan(130);
    await load.stop(5000);
  });

  it('knows since when a client waits, and when all are served again', async () => {
    const held: (() => void)[] = [];
    let isHeld = false;
    const master = await peer({
      answer: ({ delivery }) => {
        if (isHeld) held.push(() => delivery?.accept());
        else delivery?.accept();
      },
    });
    const load = loadOn([master.broker]);
    expect(await load.flows(0, Deadline.in(10_000), NEVER)).toBe(true);
    expect(load.outageMs).toBe(0);
    isHeld = true;
    // An answer from before may be on its way until both wait.
    await become(() => held.length === 2);
    expect(await load.flows(Date.now() + 1, Deadline.in(700), NEVER)).toBe(false);
    expect(load.outageMs).toBeGreaterThan(500);
    isHeld = false;
    for (const answer of held) answer();
    expect(await load.flows(Date.now(), Deadline.in(10_000), NEVER)).toBe(true);
    await become(() => load.outageMs === 0);
  });

  it('ends although a broker never answers, and does not know then what became of the last', async () => {
    const load = loadOn([await silent()], { clients: 1 });
    await load.stop(100);
    expect(load.sends[0]).toMatchObject([{ outcome: 'failed', broker: undefined }]);
    expect(load.acknowledged).toBe(0);
  });

  it('does not wait for its next turn to end', async () => {
    const master = await peer();
    const load = loadOn([master.broker], { rate: 1, clients: 3 });
    await become(() => load.acknowledged === 1);
    const began = performance.now();
    await load.stop(30_000);
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(load.acknowledged).toBeLessThanOrEqual(2);
  });
});
