import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { settingMarkers } from '../../../src/stores/settings.js';
import { openCluster, thisHost } from '../../../src/state/cluster.js';
import { markers } from '../../../src/agents/marks.js';
import type { ProcessInfo } from '../../../src/agents/process.js';
import type { ProcessTable } from '../../../src/agents/local/table.js';
import { Observer } from '../../../src/supervisor/observer.js';
import { processesOf, servingIn, type AttachmentFound } from '../../../src/observe/observation.js';
import type { Reading } from '../../../src/observe/reading.js';
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
