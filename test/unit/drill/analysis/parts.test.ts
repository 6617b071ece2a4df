import { describe, expect, it } from 'vitest';
import {
  bodyOf,
  isDrillBody,
  isDrillQueue,
  newRun,
} from '../../../../src/drill/workloads/payload.js';
import {
  explains,
  messageIn,
  saidAt,
  timedLines,
} from '../../../../src/drill/timeline/broker-log.js';
import { newSeed, pick, randomFrom, shuffled } from '../../../../src/drill/random.js';
import { acknowledgedWithin } from '../../../../src/drill/scenarios/lose-quorum.js';
import type { LoadSend } from '../../../../src/drill/workloads/load.js';

const LOG = `2026-11-24 10:23:37,777 | INFO  | Promoted to master | org.apache.activemq.leveldb.replicated.MasterElector | hawtdispatch-DEFAULT-1
java.io.IOException: Connection reset
\tat java.base/sun.nio.ch.SocketDispatcher.read0(Native Method)
2026-11-24 10:23:37,862 | INFO  | Master started: tcp://127.0.0.3:21361 | org.apache.activemq.leveldb.replicated.ElectingLevelDBStore | ActiveMQ BrokerService[mqStore] Task-2
2026-11-24 10:23:38,000 | INFO  | Promoted to master | org.apache.activemq.leveldb.replicated.MasterElector | mqha standby
2026-11-24 10:23:38,100 | WARN  | Store update waiting on 1 replica(s) | to catch up | org.apache.activemq.leveldb.MasterLevelDBStore | x
2026-11-24 10:23:38,200 | INFO  | Connector clients started | org.apache.activemq.broker.TransportConnector | main
`;

describe('a broker’s log', () => {
  const lines = timedLines(LOG);

  it('is read by the clock of this machine, without stack traces', () => {
    expect(lines).toHaveLength(5);
    expect(lines[0]?.at).toBe(new Date(2026, 10, 24, 10, 23, 37, 777).getTime());
    expect(saidAt(lines, 'Master started') - saidAt(lines, 'Promoted')).toBe(85);
    expect(saidAt(lines, 'Demoted')).toBeNaN();
  });

  it('explains with what the store says of its part, and not with a rehearsal', () => {
    expect(lines.filter(explains).map(messageIn)).toEqual([
      'Promoted to master',
      'Master started: tcp://127.0.0.3:21361',
      'Store update waiting on 1 replica(s) | to catch up',
    ]);
  });
});

describe('a body', () => {
  it('is known again as a drill’s, of any drill', () => {
    const run = newRun();
    expect(run).not.toBe(newRun());
    expect(isDrillBody(bodyOf(run, 3, 1200))).toBe(true);
    expect(isDrillBody(bodyOf(run, 3, 1200).padEnd(100))).toBe(true);
    for (const other of ['', 'order 7', '1:2:3', `${run}:1`, `${run}:1:2:3`, `x${run}:1:2`]) {
      expect([other, isDrillBody(other)]).toEqual([other, false]);
    }
  });

  it('lies in a queue of a drill', () => {
    expect(['mqha.drill', 'mqha.drill.kept'].every(isDrillQueue)).toBe(true);
    expect(['mqha.drills', 'mqha', 'a.mqha.drill'].some(isDrillQueue)).toBe(false);
  });
});

describe('chance', () => {
  const draws = (seed: number) => {
    const random = randomFrom(seed);
    return [...shuffled([1, 2, 3, 4, 5, 6], random), pick(['a', 'b', 'c'], random), random()];
  };

  it('is the same with the same seed, and another with another', () => {
    expect(draws(7)).toEqual(draws(7));
    expect(draws(7)).not.toEqual(draws(8));
    expect(draws(7).slice(0, 6).sort()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('has a seed that can be typed', () => {
    expect(String(newSeed())).toMatch(/^\d{1,9}$/);
  });

  it('chooses nothing from nothing', () => {
    expect(() => pick([], Math.random)).toThrow('nothing to choose from');
  });
});

describe('sends without quorum', () => {
  const send = (startedAt: number, endedAt: number, outcome: LoadSend['outcome']): LoadSend => ({
    body: 'x',
    broker: 'mq01',
    outcome,
    startedAt,
    endedAt,
  });

  it('count where they were begun and acknowledged while there was none', () => {
    const sends = [
      send(90, 150, 'acknowledged'),
      send(100, 110, 'acknowledged'),
      send(150, 200, 'acknowledged'),
      send(150, 180, 'failed'),
      send(150, 201, 'acknowledged'),
    ];
    expect(acknowledgedWithin(sends, 100, 200)).toBe(2);
  });
});
