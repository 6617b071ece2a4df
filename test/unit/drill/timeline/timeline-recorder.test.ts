import { afterEach, expect, it, vi } from 'vitest';
import { markers } from '../../../../src/agents/marks.js';
import type { ProcessInfo } from '../../../../src/agents/process.js';
import type { ProcessTable } from '../../../../src/agents/local/table.js';
import { TimelineRecorder } from '../../../../src/drill/timeline/timeline-recorder.js';
import { sleep } from '../../../../src/lib/time.js';
import { openCluster, thisHost } from '../../../../src/state/cluster.js';
import { ZooKeeperReader } from '../../../../src/stores/replicated-leveldb/zookeeper/reader.js';
import { unrendered } from '../../rig.js';
import { running, SERVED, znode } from '../../scenes.js';

afterEach(() => {
  vi.restoreAllMocks();
});

it('a recorder notes who ends, who comes and who is elected while it watches', async () => {
  const processes = new Map<number, ProcessInfo>();
  const table: ProcessTable = {
    get: (pid) => Promise.resolve(processes.get(pid)),
    list: () => Promise.resolve([...processes.values()]),
    bootId: () => Promise.resolve('boot'),
  };
  const cluster = await openCluster(await unrendered(), { ...thisHost({}), processes: table });
  const run = async (name: string, pid: number) => {
    processes.set(pid, { ...running(pid), argv: ['java', ...markers('none', name)] });
    await cluster.registry.remember(name, pid);
  };
  await run('mq02', 200);
  let znodes = SERVED;
  let change: () => void = () => undefined;
  vi.spyOn(ZooKeeperReader.prototype, 'group').mockImplementation((_path, _deadline, onChange) => {
    change = onChange ?? change;
    return Promise.resolve({ exists: true, znodes });
  });

  const recorder = await TimelineRecorder.begin(cluster);
  await sleep(200);
  processes.delete(200);
  await run('mq03', 300);
  znodes = [
    znode(1, 'mq01', { elected: '0000000003' }),
    znode(3, 'mq03', { address: 'tcp://127.0.0.3:61600' }),
  ];
  change();
  // It is told once, however often it is looked at.
  await sleep(300);
  const { marks } = await recorder.end();

  expect(marks.map(({ kind, text }) => `${kind}: ${text}`).sort()).toEqual([
    'election: mq03 was elected',
    'process-ended: mq02 (pid 200) ended',
    'promotion: mq03 has started its store as master',
    'repair: mq03 was started (pid 300)',
  ]);
});
