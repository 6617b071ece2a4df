import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { attachmentIn, LogOfSlave } from '../../../src/stores/replicated-leveldb/attachment.js';
import { temporaryDirectory } from '../../support/temp.js';

/** Lines as real brokers wrote them; the classes are in org.apache.activemq.leveldb.replicated. */
function line(message: string, from: string, thread = 'hawtdispatch-DEFAULT-1', level = 'INFO ') {
  return `2026-11-24 07:09:22,231 | ${level} | ${message} | org.apache.activemq.${from} | ${thread}`;
}

const TASK = 'ActiveMQ BrokerService[mqStore] Task-1';
const SLAVE = 'leveldb.replicated.SlaveLevelDBStore';
const MASTER = 'leveldb.replicated.MasterLevelDBStore';
const ELECTOR = 'leveldb.replicated.MasterElector';
const RESET = 'Unexpected session error: java.net.SocketException: Connection reset';

const USING = line(
  'Using Persistence Adapter: Replicated LevelDB[/c/nodes/mq03/data/storedb, 127.0.0.1:2181//activemq/mqstores]',
  'broker.BrokerService',
  'main',
);
const ATTACHING = line('Attaching to master: tcp://127.0.0.1:61600', SLAVE, TASK);
const STARTED = line('Slave started', ELECTOR, TASK);
const SKIPPING = line('Slave skipping download of: log/0000000000000000.log', SLAVE);
const REQUESTED = line('Slave requested: 0000000000000000.index/CURRENT', SLAVE);
const AGAIN = line('Attaching... Downloaded 3.12/95.37 kb and 1/4 files', SLAVE);
const ATTACHED = line('Attached', SLAVE);
const BROKEN = line(RESET, SLAVE, 'hawtdispatch-DEFAULT-2', 'WARN ');
const STOPPED = line('Slave stopped', ELECTOR, TASK);
const PROMOTED = line('Promoted to master', ELECTOR, 'main-EventThread');
const DEMOTED = line('Demoted to slave', ELECTOR, 'ZooKeeper state change dispatcher thread');

describe('the attachment in a log', () => {
  it.each<[string, string[], string | undefined]>([
    ['without a line', [], undefined],
    ['of anything else', [line('Refreshing', 'xbean.XBean', 'main'), 'at java.base/x'], undefined],
    ['that has just started', [ATTACHED, USING], 'none'],
    ['of one that attaches', [USING, ATTACHING, STARTED], 'attaching'],
    ['of one that takes over what it has', [ATTACHING, STARTED, SKIPPING], 'attaching'],
    ['of one that downloads', [ATTACHING, STARTED, REQUESTED, AGAIN], 'attaching'],
    ['of one that is attached', [USING, ATTACHING, STARTED, SKIPPING, ATTACHED], 'attached'],
    ['of one that lost its master', [ATTACHING, ATTACHED, BROKEN], 'none'],
    ['of one that attaches again', [ATTACHED, BROKEN, ATTACHING], 'attaching'],
    ['of one that is being promoted', [ATTACHED, BROKEN, STOPPED], 'none'],
    ['of a master', [ATTACHED, STOPPED, PROMOTED], 'none'],
    ['of one that was demoted', [PROMOTED, DEMOTED], 'none'],
    ['of one that was demoted and attached', [DEMOTED, ATTACHING, STARTED, ATTACHED], 'attached'],
  ])('%s', (_, lines, attachment) => {
    expect(attachmentIn(lines)).toBe(attachment);
  });

  it('is not what a master says of its slaves', () => {
    const id = 'cc454084-bd08-48cc-83bf-bb47a4bff79e';
    for (const event of ['has connected', 'has now caught up', 'has disconnected']) {
      expect(attachmentIn([ATTACHED, line(`Slave ${event}: ${id}`, MASTER)])).toBe('attached');
    }
  });

  it('is not what the broker of a rehearsal says', () => {
    const rehearsed = [
      line(
        'Using Persistence Adapter: LevelDB[/c/nodes/mq03/tmp/rehearsal/storedb]',
        'broker.BrokerService',
        'mqha standby',
      ),
      line('Stopped LevelDB[/c/x]', 'leveldb.LevelDBStore', 'mqha standby'),
    ];
    expect(attachmentIn([ATTACHED, ...rehearsed])).toBe('attached');
    expect(attachmentIn([ATTACHING, ...rehearsed])).toBe('attaching');
    expect(attachmentIn(rehearsed)).toBeUndefined();
  });
});

describe('a log that is followed', () => {
  const log = (fresh = true, before = '') => {
    const directory = temporaryDirectory();
    const file = join(directory, 'activemq.log');
    if (before !== '') writeFileSync(file, before);
    const mark = () => Promise.resolve(fresh ? before.length : undefined);
    return { file, attachment: new LogOfSlave(directory, mark) };
  };

  it('says nothing of an earlier process', async () => {
    expect((await log(true, `${ATTACHED}\n`).attachment.look()).state).toBe('none');
  });

  it('tells of a process that was there before, or that it cannot tell', async () => {
    expect((await log(false, `${ATTACHED}\n`).attachment.look()).state).toBe('attached');
    expect((await log(false, 'something else\n').attachment.look()).state).toBe('unknown');
  });

  it('tells what a process has said since it was launched, also before anybody looked', async () => {
    const { file, attachment } = log(true, `${ATTACHED}\n`);
    appendFileSync(file, `${USING}\n${ATTACHING}\n`);
    expect((await attachment.look()).state).toBe('attaching');
  });

  it('says nothing of an earlier process once it is known where that ended', async () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, 'activemq.log'), `${ATTACHED}\n`);
    const mark = vi.fn<() => Promise<number | undefined>>().mockResolvedValue(undefined);
    const attachment = new LogOfSlave(directory, mark);
    expect((await attachment.look()).state).toBe('attached');
    mark.mockResolvedValue(ATTACHED.length + 1);
    expect((await attachment.look()).state).toBe('none');
  });

  it('says nothing while it is absent', async () => {
    expect(await log().attachment.look()).toEqual({ state: 'none', progress: 0 });
  });

  it('makes progress with every line, whatever it says', async () => {
    const { file, attachment } = log();
    writeFileSync(file, `${ATTACHING}\n`);
    const first = await attachment.look();
    expect(first.state).toBe('attaching');
    expect(await attachment.look()).toEqual(first);
    appendFileSync(file, 'something else\n');
    const second = await attachment.look();
    expect(second.state).toBe('attaching');
    expect(second.progress).not.toBe(first.progress);
    appendFileSync(file, `${ATTACHED}\n`);
    expect((await attachment.look()).state).toBe('attached');
  });

  it('is remembered where the line is far back or the log was rotated', async () => {
    const { file, attachment } = log();
    writeFileSync(file, `${ATTACHED}\n`);
    await attachment.look();
    appendFileSync(file, 'x\n'.repeat(200_000));
    expect((await attachment.look()).state).toBe('attached');
    writeFileSync(file, 'x\n');
    expect((await attachment.look()).state).toBe('attached');
    appendFileSync(file, `${BROKEN}\n`);
    expect((await attachment.look()).state).toBe('none');
  });
});
