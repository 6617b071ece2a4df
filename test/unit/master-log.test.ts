import { describe, expect, it } from 'vitest';
import { attachedIn } from '../../src/stores/replicated-leveldb/master-log.js';
import { codesOf, judged, whole } from './scenes.js';

/** Lines as real masters wrote them. */
const line = (message: string, from = 'MasterLevelDBStore') =>
  `2026-11-24 07:09:22,231 | INFO  | ${message} | org.apache.activemq.leveldb.replicated.${from} | hawtdispatch-DEFAULT-1`;
const PROMOTED = line('Promoted to master', 'MasterElector');
const CONNECTED = line('Slave has connected: cc454084-bd08-48cc-83bf-bb47a4bff79e');
const CAUGHT_UP = line('Slave has now caught up: cc454084-bd08-48cc-83bf-bb47a4bff79e');
const GONE = line('Slave has disconnected: cc454084-bd08-48cc-83bf-bb47a4bff79e');
const ID = 'cc454084-bd08-48cc-83bf-bb47a4bff79e';

describe('what the log of a master says of its slaves', () => {
  it.each<[string, string[], string[] | undefined]>([
    ['without the line that it became master', [CONNECTED, CAUGHT_UP], undefined],
    ['before any has come', [PROMOTED], []],
    ['while one attaches', [PROMOTED, CONNECTED], []],
    ['once one is attached', [PROMOTED, CONNECTED, CAUGHT_UP], [ID]],
    ['when one has gone', [PROMOTED, CONNECTED, CAUGHT_UP, GONE], []],
    ['when one attaches again', [PROMOTED, CAUGHT_UP, GONE, CONNECTED], []],
    ['of the time before it became master again', [PROMOTED, CAUGHT_UP, PROMOTED], []],
  ])('%s', (_, lines, attached) => {
    const found = attachedIn(lines);
    expect(found && [...found]).toEqual(attached);
  });
});

describe('a master whose console is not open yet', () => {
  const silent = (...nodes: string[]) =>
    ({
      ...whole(),
      replication: { error: 'connection refused', attached: new Set(nodes) },
    }) as const;

  it('is whole where its log says that every slave is attached', () => {
    const status = judged(silent('id-mq01', 'id-mq03'));
    expect(status.state).toBe('serving');
    expect(status.nodes[0]).toMatchObject({ attached: true, lagBytes: null });
  });

  it('is not where it does not', () => {
    expect(judged(silent('id-mq01')).state).toBe('degraded');
    expect(codesOf(silent('id-mq01'))).toContain('attachment-unknown mq03');
  });
});
