import { describe, expect, it } from 'vitest';
import { portTable } from '../../../../src/config/defaults.js';
import {
  isHealthy,
  reasonsToAsk,
  refuseElsewhere,
  refuseUnhealthy,
} from '../../../../src/drill/run/consent.js';
import { MqhaError } from '../../../../src/lib/errors.js';
import { ACCEPTING, clusterOf, DEAD, external, judged, running, whole } from '../../scenes.js';

const ours = await portTable({ nodes: 3 }, () => Promise.resolve(true));
const NOBODY = { clients: [], queues: [] };

/** What is thrown. */
function errorOf(work: () => void): MqhaError {
  try {
    work();
  } catch (error) {
    if (error instanceof MqhaError) return error;
  }
  throw new Error('it did not fail');
}

describe('a cluster that is not whole', () => {
  it('is refused with its state and everything that is wrong', () => {
    const status = judged({ ...whole(), nodes: { mq02: ACCEPTING, mq03: DEAD } });
    const error = errorOf(() => {
      refuseUnhealthy(status);
    });
    expect([error.code, error.exitCode]).toEqual(['drill-refused', 3]);
    expect(error.message).toContain('\n  - mq03 is stopped');
  });

  it.each([
    [
      'stopped',
      { nodes: { mq01: DEAD, mq02: DEAD, mq03: DEAD }, zookeeper: { process: undefined } },
    ],
    ['unknown', {}],
  ])('is refused: %s', (state, scene) => {
    const error = errorOf(() => {
      refuseUnhealthy(judged(scene));
    });
    expect(error.message).toContain(`the cluster is ${state}`);
  });

  it('is refused also where it serves, and lets nobody else in', () => {
    const status = judged({ ...whole(), nodes: { mq02: { ...ACCEPTING, full: true } } });
    expect(status.state).toBe('serving');
    expect(isHealthy(status)).toBe(false);
  });

  it('may lack a supervisor, and is drilled without one then', () => {
    const status = judged({ ...whole(), supervisor: { wanted: true } });
    expect(status.problems.map(({ code }) => code)).toEqual(['supervisor-missing']);
    expect(isHealthy(status)).toBe(true);
  });

  it('is one of which a process is suspended', () => {
    const nodes = { mq02: ACCEPTING, mq01: { process: running(1, true) } };
    expect(isHealthy(judged({ ...whole(), nodes }))).toBe(false);
  });
});

describe('a cluster on other machines', () => {
  it('is refused, with the nodes that are out of reach', async () => {
    const hosts = ['127.0.0.1', '192.0.2.7', '192.0.2.8'];
    const elsewhere = await portTable({ nodes: 3, hosts }, () => Promise.resolve(true));
    const error = errorOf(() => {
      refuseElsewhere(clusterOf(elsewhere));
    });
    expect([error.code, error.exitCode]).toEqual(['drill-refused', 3]);
    expect(error.message).toContain('mq02 is on 192.0.2.7, mq03 is on 192.0.2.8');
    expect(() => {
      refuseElsewhere(clusterOf(ours));
    }).not.toThrow();
  });
});

describe('a person is asked', () => {
  it('not where the cluster is mqha’s own and nobody uses it', () => {
    expect(reasonsToAsk(ours, NOBODY)).toEqual([]);
    const queues = [
      { name: 'mqha.drill', messages: 900 },
      { name: 'mqha.drill.kept', messages: 2 },
      { name: 'ActiveMQ.DLQ', messages: 5 },
      { name: 'orders', messages: 0 },
    ];
    expect(reasonsToAsk(ours, { clients: [], queues })).toEqual([]);
  });

  it('where ZooKeeper is not mqha’s', () => {
    expect(reasonsToAsk(external, NOBODY)).toEqual(["its ZooKeeper (zk1:2181) is not mqha's"]);
  });

  it('where clients are connected', () => {
    const clients = ['shop-1', 'shop-2', 'shop-3', 'shop-4', 'shop-5'];
    expect(reasonsToAsk(ours, { ...NOBODY, clients })).toEqual([
      'clients are connected (shop-1, shop-2, shop-3 and 2 more)',
    ]);
  });

  it('where messages lie in other queues', () => {
    const queues = [
      { name: 'orders', messages: 40 },
      { name: 'mqha.drills', messages: 2 },
      { name: 'mqha.drill', messages: 7 },
    ];
    expect(reasonsToAsk(ours, { ...NOBODY, queues })).toEqual([
      '42 messages are in queues (orders, mqha.drills)',
    ]);
  });
});
