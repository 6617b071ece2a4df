import { describe, expect, it } from 'vitest';
import { checkQueue } from '../../../../src/drill/analysis/checker.js';
import { layoutOf } from '../../../../src/config/layout.js';
import { openCommand } from '../../../../src/drill/jms/launch.js';
import { eventsOf, parseEvent, type JmsEvent } from '../../../../src/drill/jms/events.js';
import {
  attemptsOf,
  consumedIn,
  deliveriesOf,
  expectedOf,
  numberIn,
  unitsOf,
} from '../../../../src/drill/workloads/jms-work.js';
import type { Cluster } from '../../../../src/state/cluster.js';

const parsed = (...lines: object[]): JmsEvent[] =>
  lines.flatMap((line, at) => parseEvent(JSON.stringify({ at, ...line })) ?? []);

describe('a line of the JMS clients', () => {
  it.each([
    { event: 'ready', at: 3 },
    { event: 'listening', at: 4, actor: 'a' },
    { event: 'sending', at: 5, actor: 'a', body: 'r:0:1' },
    { event: 'acknowledged', at: 6, actor: 'a', body: 'r:0:1' },
    { event: 'began', at: 7, actor: 'a', unit: 0, bodies: ['r:0:1', 'r:0:2'] },
    { event: 'committed', at: 8, actor: 'a', unit: 0, reason: '' },
    { event: 'undecided', at: 8, actor: 'a', unit: 0, reason: 'TransactionRolledBackException: x' },
    { event: 'abandoned', at: 8, actor: 'a', unit: 0 },
    { event: 'received', at: 9, actor: 'a', body: 'b', redelivered: true },
    { event: 'settled', at: 9, actor: 'a', body: 'b', acknowledged: 'unknown' },
    { event: 'trouble', at: 10, actor: 'a', reason: 'JMSException: null' },
    { event: 'ended', at: 11, actor: 'a' },
    { event: 'refused', at: 12, reason: 'x' },
  ])('is an event: $event', (event) => {
    expect(parseEvent(JSON.stringify(event))).toEqual(event);
  });

  it.each([
    '',
    'Picked up JAVA_TOOL_OPTIONS: -Dx=y',
    '{"event":"sent","at":1}',
    '{"event":"ended"}',
    '{"event":"settled","at":1,"actor":"a","body":"b","acknowledged":true}',
    '{"event":"acknowledged","at":1,"actor":"a","bo',
    '[1]',
    'null',
  ])('is none: %j', (line) => {
    expect(parseEvent(line)).toBeUndefined();
  });
});

describe('what JMS clients have told', () => {
  const events = parsed(
    { event: 'ready' },
    { event: 'sending', actor: 'p', body: 'r:0:0' },
    { event: 'acknowledged', actor: 'p', body: 'r:0:0' },
    { event: 'sending', actor: 'p', body: 'r:0:1' },
    { event: 'sending', actor: 'other', body: 'r:1:0' },
    { event: 'began', actor: 'm', unit: 0, bodies: ['r:0:0'] },
    { event: 'committed', actor: 'm', unit: 0 },
    { event: 'began', actor: 'm', unit: 1, bodies: ['r:0:1'] },
    { event: 'abandoned', actor: 'm', unit: 1 },
    { event: 'began', actor: 'm', unit: 2, bodies: ['r:0:1'] },
    { event: 'received', actor: 'c', body: 'r:0:0', redelivered: false },
    { event: 'received', actor: 'd', body: 'r:0:1', redelivered: false },
    { event: 'settled', actor: 'd', body: 'r:0:1', acknowledged: 'no' },
    { event: 'settled', actor: 'c', body: 'r:0:0', acknowledged: 'yes' },
  );

  it('are sends, acknowledged or not', () => {
    expect(attemptsOf(events, 'p')).toEqual([
      { body: 'r:0:0', acknowledged: true },
      { body: 'r:0:1', acknowledged: false },
    ]);
    expect(expectedOf(attemptsOf(events, 'p'))).toEqual(new Set(['r:0:0']));
    expect(expectedOf(attemptsOf(events, 'p'), ['r:0:0'])).toEqual(new Set());
  });

  it('are units of work; one that nothing more was heard of is undecided', () => {
    expect(unitsOf(events, 'm').map(({ outcome }) => outcome)).toEqual([
      'committed',
      'abandoned',
      'undecided',
    ]);
  });

  it('are deliveries', () => {
    expect(deliveriesOf(events, 'c', 'd').map(({ body }) => numberIn(body))).toEqual([0, 1]);
    expect(consumedIn(deliveriesOf(events, 'c', 'd'))).toEqual(['r:0:0']);
    expect(eventsOf(events, 'received', 'd')).toHaveLength(1);
  });
});

describe('an acknowledgement that hangs through a failover', () => {
  it('leaves its message where it came: another client may be given it meanwhile', () => {
    const events = parsed(
      { event: 'received', actor: 'c', body: 'r:0:0', redelivered: false },
      { event: 'received', actor: 'd', body: 'r:0:0', redelivered: true },
      { event: 'settled', actor: 'd', body: 'r:0:0', acknowledged: 'yes' },
      { event: 'settled', actor: 'c', body: 'r:0:0', acknowledged: 'unknown' },
      { event: 'received', actor: 'd', body: 'r:0:1', redelivered: false },
    );
    expect(deliveriesOf(events, 'c', 'd')).toEqual([
      { body: 'r:0:0', acknowledged: 'unknown' },
      { body: 'r:0:0', acknowledged: 'yes' },
      { body: 'r:0:1', acknowledged: 'unknown' },
    ]);
    const attempts = [0, 1].map((number) => ({ body: `r:0:${number}`, acknowledged: true }));
    const { counts } = checkQueue(attempts, [], deliveriesOf(events, 'c', 'd'));
    expect(counts).toMatchObject({ duplicated: 1, consumedAgain: 0 });
  });
});

describe('the first command', () => {
  it('has the account, which nothing else has', () => {
    const cluster = {
      layout: layoutOf('/nowhere'),
      account: { username: 'mqha', password: 'secret' },
      config: {
        nodes: [
          { name: 'mq01', host: '127.0.0.1', messagePort: 60001, webPort: 8161 },
          { name: 'mq02', host: '127.0.0.1', messagePort: 60002, webPort: 8162 },
        ],
      },
    } as unknown as Cluster;
    const command = openCommand(cluster, 1000);
    expect(command).toMatchObject({ op: 'open', username: 'mqha', password: 'secret' });
    expect(command.url).toMatch(
      /^failover:\(tcp:\/\/127\.0\.0\.1:60001,tcp:\/\/127\.0\.0\.1:60002\)\?/,
    );
    expect(command.tls).toBeNull();
    expect(openCommand({ ...cluster, account: undefined }, 1).password).toBeNull();
  });
});
