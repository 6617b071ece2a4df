import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { settingMarkers } from '../../../src/stores/settings.js';
import { openCluster, thisHost } from '../../../src/state/cluster.js';
import { markers } from '../../../src/agents/marks.js';
import type { ProcessInfo } from '../../../src/agents/process.js';
import type { ProcessTable } from '../../../src/agents/local/table.js';
import { Observer } from '../../../src/supervisor/observer.js';
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
    look: async () => (await observer.look('mq01', new Map(), Promise.resolve(new Map()))).serving,
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
    expect(await look()).toBe('mq01');
    later(3100);
    expect(await look()).toBeUndefined();
    expect(await look()).toBeUndefined();
  });
});
