import { describe, expect, it } from 'vitest';
import type { Fault } from '../../../../src/drill/faults/fault.js';
import { kill } from '../../../../src/drill/faults/kill-processes.js';
import { loseMachine } from '../../../../src/drill/faults/lose-machine.js';
import { restart, stop, switchover } from '../../../../src/drill/faults/planned-changes.js';
import { deleteQueues, emptyStore } from '../../../../src/drill/faults/store-changes.js';
import { suspend } from '../../../../src/drill/faults/suspend-processes.js';
import { Deadline } from '../../../../src/lib/time.js';
import { FakeCluster } from './fake-context.js';

const NAMES = ['mq01', 'mq02', 'mq03'];
const soon = () => Deadline.in(2000);
const PEERS = ['mq02', 'mq03'];

/** What happens until a fault has taken effect, and what follows until it is recovered from. */
async function course(fault: Fault, cluster: FakeCluster) {
  await fault.inject(cluster.context());
  await fault.propagated(soon());
  const injected = cluster.log.splice(0);
  await fault.recover();
  return { injected, recovered: cluster.log.splice(0) };
}

describe('what undoes a fault', () => {
  it.each([
    ['kill', kill(['mq01', 'mq02']), { killed: ['mq01', 'mq02'] }],
    ['stop', stop('mq01'), { killed: ['mq01'] }],
    ['restart', restart(NAMES), { killed: NAMES }],
    ['switchover', switchover('mq01'), { killed: ['mq01'] }],
    ['the loss of a machine', loseMachine('mq01', PEERS), { killed: ['mq02', 'mq03', 'mq01'] }],
    ['an empty store', emptyStore('mq01'), { killed: ['mq01'], aside: ['mq01'] }],
  ])('is written down before anything is done: %s', async (_, fault, undo) => {
    const cluster = new FakeCluster(NAMES);
    await fault.inject(cluster.context());
    expect(cluster.log[0]).toMatch(/^note /);
    expect(cluster.log.length).toBeGreaterThan(1);
    expect(cluster.undone).toMatchObject(undo);
  });

  it('is the very process where it is suspended', async () => {
    const cluster = new FakeCluster(NAMES);
    const { pid, startTime } = cluster.alive.get('mq02') ?? { pid: 0, startTime: '' };
    await suspend(['mq02']).inject(cluster.context());
    expect(cluster.log.slice(0, 2)).toEqual(['note suspended', 'suspend mq02']);
    expect(cluster.undone.suspended).toEqual([{ name: 'mq02', pid, startTime }]);
  });

  it('is nothing for queues of the drill', async () => {
    const cluster = new FakeCluster(NAMES);
    const { injected, recovered } = await course(deleteQueues(['a', 'b']), cluster);
    expect(injected).toEqual([
      'delete a b',
      'mark fault cluster: a deleted',
      'mark fault cluster: b deleted',
    ]);
    expect(recovered).toEqual([]);
  });
});

describe.each([
  ['kill', kill(['mq01', 'mq09'])],
  ['suspend', suspend(['mq01', 'mq09'])],
  ['the loss of a machine', loseMachine('mq09', ['mq01'])],
])('%s', (_, fault) => {
  it('does nothing where one of those it is meant for does not run', async () => {
    const cluster = new FakeCluster(NAMES);
    await expect(fault.inject(cluster.context())).rejects.toMatchObject({
      code: 'drill-failed',
      message: 'mq09 does not run, so no fault can be injected',
    });
    expect(cluster.log).toEqual([]);
  });
});

describe('a kill', () => {
  it('is one of all at once, and those are started once others serve', async () => {
    const { injected, recovered } = await course(kill(['mq02']), new FakeCluster(NAMES));
    expect(injected).toEqual(['note killed', 'kill mq02', 'mark fault mq02: mq02 killed']);
    expect(recovered).toEqual(['served', 'start all']);
  });

  it('is followed by a start at once where nobody could serve', async () => {
    const { recovered } = await course(kill(['mq01', 'mq02']), new FakeCluster(NAMES));
    expect(recovered).toEqual(['start all']);
  });

  it('leaves the start to a supervisor, and has recovered only when others run in their place', async () => {
    const cluster = new FakeCluster(NAMES, true);
    const fault = kill(['mq02']);
    const { recovered } = await course(fault, cluster);
    expect(recovered).toEqual(['served']);
    await expect(fault.recovered(Deadline.in(20))).rejects.toMatchObject({ code: 'timeout' });
    cluster.launch('mq02');
    await fault.recovered(soon());
  });
});

describe('a suspension', () => {
  it('ends with the processes resumed', async () => {
    const cluster = new FakeCluster(NAMES);
    const fault = suspend(PEERS);
    const { recovered } = await course(fault, cluster);
    expect(recovered).toEqual([
      ...['resume mq02', 'resume mq03'],
      ...['mark repair mq02: mq02 resumed', 'mark repair mq03: mq03 resumed'],
    ]);
    await fault.recovered(soon());
  });

  it('resumes nobody else where the process is gone', async () => {
    const cluster = new FakeCluster(NAMES);
    const fault = suspend(['mq02']);
    await fault.inject(cluster.context());
    cluster.launch('mq02');
    cluster.log.splice(0);
    await fault.recover();
    expect(cluster.log).toEqual([]);
  });

  it('that somebody has to end has not recovered while the same process is there', async () => {
    const cluster = new FakeCluster(NAMES, true);
    const fault = suspend(['mq02'], { replaced: true });
    await course(fault, cluster);
    await expect(fault.recovered(Deadline.in(20))).rejects.toMatchObject({ code: 'timeout' });
    cluster.launch('mq02');
    await fault.recovered(soon());
  });
});

describe('the loss of a machine', () => {
  /** The peers are suspended, as they are when a machine is lost. */
  async function lost(cluster: FakeCluster, quorum?: number) {
    const lag = suspend(PEERS);
    await lag.inject(cluster.context());
    cluster.log.splice(0);
    const fault = loseMachine('mq01', PEERS);
    await fault.inject(cluster.context(quorum));
    await fault.propagated(soon());
    const injected = cluster.log.splice(0);
    await fault.recover();
    const recovered = cluster.log.splice(0);
    await lag.recover();
    await fault.recovered(soon());
    return { injected, recovered, lag: cluster.log };
  }

  it('drops what its peers had not read: they die first, and are never resumed', async () => {
    const { injected, lag } = await lost(new FakeCluster(NAMES));
    expect(injected.filter((line) => !line.startsWith('mark'))).toEqual([
      ...['note killed keptDown', 'keep down mq01', 'kill mq02', 'kill mq03', 'kill mq01'],
    ]);
    expect(lag).toEqual([]);
  });

  it('keeps the machine away until its peers serve', async () => {
    const alone = await lost(new FakeCluster(NAMES));
    expect(alone.recovered).toEqual(['start mq02 mq03', 'served', 'start all']);
    const cluster = new FakeCluster(NAMES, true);
    const fault = loseMachine('mq01', PEERS);
    expect((await course(fault, cluster)).recovered).toEqual(['served', 'start all']);
  });

  it('ends with all of them started where its peers cannot serve without it', async () => {
    const { recovered } = await lost(new FakeCluster(NAMES), 3);
    expect(recovered).toEqual(['start all']);
  });
});

describe('what is done as planned', () => {
  it('is a stop, and a start once others serve', async () => {
    const { injected, recovered } = await course(stop('mq01'), new FakeCluster(NAMES));
    expect([injected, recovered]).toEqual([
      ['note killed keptDown', 'stop mq01'],
      ['served', 'start all'],
    ]);
  });

  it('ends by itself: a restart', async () => {
    const cluster = new FakeCluster(NAMES);
    const fault = restart(NAMES);
    const { recovered } = await course(fault, cluster);
    expect(recovered).toEqual([]);
    await fault.recovered(soon());
  });
});

describe('an empty store', () => {
  it('is made while the node is stopped', async () => {
    const { injected, recovered } = await course(emptyStore('mq03'), new FakeCluster(NAMES));
    expect(injected.slice(0, 3)).toEqual(['note killed keptDown aside', 'stop mq03', 'empty mq03']);
    expect(recovered).toEqual(['start all']);
  });
});
