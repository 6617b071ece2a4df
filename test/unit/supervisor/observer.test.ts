import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { settingMarkers } from '../../../src/stores/settings.js';
import { openCluster, thisHost } from '../../../src/state/cluster.js';
import { markers } from '../../../src/agents/marks.js';
import type { ProcessInfo } from '../../../src/agents/process.js';
import type { ProcessTable } from '../../../src/agents/local/table.js';
import { Observer } from '../../../src/supervisor/observer.js';
import { processesOf, servingIn, type AttachmentFound } from '../../../src/observe/observation.js';
import { valueOf, type Reading } from '../../../src/observe/reading.js';
import { unrendered } from '../rig.js';
import { coordinationOf, znode } from '../scenes.js';

/** The message port of a master: it sends back what it gets, and counts who asked. */
let server: Server;
let asked: number;

beforeEach(async () => {
  asked = 0;
  server = createServer((socket) => {
    asked += 1;
    socket.on('error', () => undefined).pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(() => {
  vi.restoreAllMocks();
  server.close();
});

/**
 * A supervisor's view of a cluster whose master, mq01, answers.
 * @param edited whether mqha.yaml names another port since
 */
async function view(edited = false) {
  const processes = new Map<number, ProcessInfo>();
  const table: ProcessTable = {
    get: (pid) => Promise.resolve(processes.get(pid)),
    list: () => Promise.resolve([...processes.values()]),
    bootId: () => Promise.resolve('boot'),
  };
  const opened = await openCluster(await unrendered(), { ...thisHost({}), processes: table });
  const { port } = server.address() as AddressInfo;
  const { config } = opened;
  const nodes = config.nodes.map((node) => ({ ...node, messagePort: port }));
  const zookeeper = { ...config.zookeeper, managed: false };
  const started = { ...config, nodes, zookeeper };
  const cluster = { ...opened, config: edited ? { ...started, nodes: config.nodes } : started };
  const run = async (pid: number, suspended = false) => {
    const argv = ['java', ...markers('none', 'mq01'), ...settingMarkers(started, 'mq01')];
    processes.set(pid, { pid, startTime: `${pid}`, argv, suspended });
    await cluster.registry.remember('mq01', pid);
  };
  await run(100);

  const master = { elected: '0000000001', address: 'tcp://127.0.0.1:1' };
  let change: () => void = () => undefined;
  const coordination = coordinationOf((onChange) => {
    change = onChange ?? change;
    return Promise.resolve([znode(1, 'mq01', master)]);
  });
  const observer = new Observer({ ...cluster, coordination }, () => undefined);
  let now = performance.now();
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  return {
    observer,
    look: async () => servingIn(await observer.look('mq01', new Map(), Promise.resolve(new Map()))),
    later: (ms: number) => {
      now += ms;
    },
    changes: () => {
      change();
    },
    run,
    kill: (pid: number) => processes.delete(pid),
  };
}

describe('a master whose port was edited', () => {
  it('is asked at the one that it was started with, or it would be killed as hung', async () => {
    const { look } = await view(true);
    expect(await look()).toBe('mq01');
    expect(asked).toBe(1);
  });
});

describe('a master that has answered', () => {
  it('is asked again after three seconds only', async () => {
    const { look, later } = await view();
    for (const after of [0, 1000, 1000, 900]) {
      later(after);
      expect(await look()).toBe('mq01');
      expect(asked).toBe(1);
    }
    later(200);
    expect(await look()).toBe('mq01');
    expect(asked).toBe(2);
  });

  it('is asked again at once when ZooKeeper tells of a change', async () => {
    const { look, changes } = await view();
    await look();
    changes();
    expect(await look()).toBe('mq01');
    expect(asked).toBe(2);
  });

  it('is asked again at once when it is suspended', async () => {
    const { look, run } = await view();
    await look();
    await run(100, true);
    await look();
    expect(asked).toBe(2);
  });

  it('is asked again at once when it is another process', async () => {
    const { look, run, kill } = await view();
    await look();
    kill(100);
    await run(200);
    await look();
    expect(asked).toBe(2);
  });

  it('is believed no longer than that', async () => {
    const { look, later } = await view();
    await look();
    await new Promise((resolve) => server.close(resolve));
    later(1);
    expect(await look()).toBe('mq01');
    later(3100);
    expect(await look()).toBeUndefined();
    expect(await look()).toBeUndefined();
  });
});

describe('a process that is looked after', () => {
  it('is missed only once it is dead, whatever its record says', async () => {
    const { observer, run, kill } = await view();
    const held = new Map([['mq01', { info: { pid: 100, startTime: '100' } }]]);
    const seen = async () =>
      processesOf(await observer.look('mq01', held, Promise.resolve(new Map()))).get('mq01')?.pid;
    await run(200);
    expect(await seen()).toBe(100);
    kill(100);
    expect(await seen()).toBe(200);
  });

  it('is attached as its own log says, and not as that of its predecessor does', async () => {
    const { observer } = await view();
    const attached = { at: 1, value: { state: 'attached', progress: 1, lagBytes: undefined } };
    const attachmentBy = async (pid: number) => {
      const id = { pid, startTime: `${pid}` };
      const logs = new Map([['mq01', { id, reading: attached as Reading<AttachmentFound> }]]);
      const { nodes } = await observer.look('mq01', new Map(), Promise.resolve(logs));
      return nodes[0]?.attachment;
    };
    expect(await attachmentBy(100)).toBe(attached);
    expect(await attachmentBy(99)).toHaveProperty('unknown');
  });
});

describe('a managed ZooKeeper that does not answer', () => {
  /** What a look says of one with so many connections. */
  async function serves(connections: number | undefined, tls: boolean) {
    const argv = ['java', ...markers('none', 'zookeeper')];
    const info: ProcessInfo = { pid: 100, startTime: '100', argv, suspended: false };
    const processes: ProcessTable = {
      get: (pid) => Promise.resolve(pid === 100 ? info : undefined),
      list: () => Promise.resolve([info]),
      bootId: () => Promise.resolve('boot'),
    };
    const opened = await openCluster(await unrendered({ tls }), { ...thisHost({}), processes });
    const [{ port } = { port: 0 }] = opened.config.zookeeper.servers;
    const connectionsAt = vi.fn((at: number) =>
      Promise.resolve(at === port ? connections : undefined),
    );
    const silent = () => Promise.reject(new Error('no answer'));
    const observer = new Observer(
      {
        ...opened,
        here: { ...opened.here, connectionsAt },
        coordination: coordinationOf(silent),
        store: { ...opened.store, isCoordinatorServing: () => Promise.resolve(false) },
      },
      () => undefined,
    );
    const { zookeeper } = await observer.look(undefined, new Map(), Promise.resolve(new Map()));
    expect(valueOf(zookeeper.process)?.pid).toBe(100);
    return { serves: valueOf(zookeeper.serves), counted: connectionsAt.mock.calls.length };
  }

  it('does not hang while strangers keep it busy with handshakes', async () => {
    expect(await serves(50, true)).toEqual({ serves: true, counted: 1 });
  });

  it.each([
    ['with fewer connections', 49, true, 1],
    ['whose connections cannot be counted', undefined, true, 1],
    ['without handshakes', 10_000, false, 0],
  ])('hangs %s', async (_, connections, tls, counted) => {
    expect(await serves(connections, tls)).toEqual({ serves: false, counted });
  });
});

describe('each reading of a look', () => {
  it('has its own age: what is trusted from before keeps that of its question', async () => {
    const { observer, later } = await view();
    const look = () => observer.look('mq01', new Map(), Promise.resolve(new Map()));
    later(1);
    const first = await look();
    later(1000);
    const second = await look();
    const age = (seen: typeof first) => seen.nodes[0]?.accepting.at ?? 0;
    expect(age(second)).toBe(age(first));
    expect(second.election.at).toBe(first.election.at);
    expect(second.nodes[0]?.process.at).toBe((first.nodes[0]?.process.at ?? 0) + 1000);
    // Nobody was asked.
    expect(second.nodes[1]?.accepting).toHaveProperty('unknown');
  });
});
