import { createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Cluster } from '../../../src/state/cluster.js';
import type { ProcessInfo } from '../../../src/agents/local/table.js';
import { Failures } from '../../../src/supervisor/failures.js';
import { Kills } from '../../../src/supervisor/kills.js';
import type { Glance } from '../../../src/supervisor/observer.js';
import { Restarter } from '../../../src/supervisor/restarter.js';
import type {
  SupervisedProcess,
  SupervisedProcesses,
} from '../../../src/supervisor/supervised-processes.js';
import { DesiredStateReader } from '../../../src/supervisor/desired-state-reader.js';

/** Answers as a broker does, after a time; null: never. */
let answerMs: number | null;
let server: Server;
let signal: ReturnType<typeof vi.fn>;

beforeEach(async () => {
  signal = vi.fn(() => Promise.resolve(true));
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (header) => {
      if (answerMs !== null) setTimeout(() => socket.end(header), answerMs);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(() => {
  server.close();
});

async function end(process: Partial<ProcessInfo>): Promise<boolean> {
  const address = server.address();
  const messagePort = typeof address === 'object' && address ? address.port : 0;
  const info = { pid: 1, startTime: '1', argv: [], suspended: false, ...process };
  const node = { name: 'mq01', host: '127.0.0.1', webPort: 1, messagePort, replicationPort: 2 };
  const cluster = {
    config: { nodes: [node] },
    registry: { signal },
    journal: { append: () => Promise.resolve() },
  } as unknown as Cluster;
  const wards = {
    get: () => ({ name: 'mq01', info }) as SupervisedProcess,
  } as unknown as SupervisedProcesses;
  const glance = { processes: new Map([['mq01', info]]) } as unknown as Glance;
  const kills = new Kills(wards, new Restarter(new DesiredStateReader()), new Failures());
  await kills.end(cluster, { name: 'mq01', code: 'hung', detail: '' }, glance);
  return signal.mock.calls.length > 0;
}

describe('a master that seems to hang', () => {
  it('is left alone where it answers late, as behind a crowd of strangers', async () => {
    answerMs = 800;
    expect(await end({})).toBe(false);
  });

  it('is killed where it does not answer', async () => {
    answerMs = null;
    expect(await end({})).toBe(true);
  });

  it('is killed without another question where a signal has stopped it', async () => {
    answerMs = 0;
    expect(await end({ suspended: true })).toBe(true);
  });
});
