import { describe, expect, it } from 'vitest';
import type { LaunchPlan } from '../../../src/agents/launch-plan.js';
import { recordsClasses } from '../../../src/operations/start/class-data.js';
import { areIn } from '../../../src/operations/start/start.js';
import { describeStep, launchesIn, type StartStep } from '../../../src/operations/start/steps.js';
import type { FileComparison } from '../../../src/stores/sync.js';
import {
  ACCEPTING,
  config,
  DEAD,
  judged,
  REPLICATION,
  SERVED,
  whole,
  type Scene,
} from '../scenes.js';

const launch = (name: string, argv: readonly string[] = ['-x', name]): LaunchPlan => ({
  name,
  command: '/bin/java',
  argv,
  env: { A: '1', B: 'two' },
  cwd: `/c/${name}`,
  logDirectory: `/c/${name}/log`,
});

const file = (path: string, state: string) =>
  ({ file: { path }, state }) as unknown as FileComparison;

const STEPS: readonly StartStep[] = [
  { kind: 'render', files: [file('a.xml', 'same'), file('b.xml', 'differs')] },
  { kind: 'stores', nodes: config.nodes.slice(1) },
  { kind: 'zookeeper', launch: launch('zookeeper') },
  {
    kind: 'brokers',
    brokers: config.nodes.slice(0, 2).map((node) => ({ node, launch: launch(node.name) })),
  },
];

describe('the steps of a start', () => {
  it('are told in words, each process with its command line and environment', () => {
    expect(STEPS.flatMap(describeStep)).toEqual([
      { kind: 'render', text: 'render b.xml', details: [] },
      { kind: 'stores', text: 'put the stores of mq02, mq03 in order', details: [] },
      ...['zookeeper', 'mq01', 'mq02'].map((name) => ({
        kind: name === 'zookeeper' ? name : 'brokers',
        text: `start ${name} in /c/${name}`,
        details: [`/bin/java -x ${name}`, 'A=1', 'B=two'],
      })),
    ]);
    expect(describeStep({ kind: 'zookeeper', launch: undefined })).toEqual([]);
  });

  it('launch ZooKeeper before brokers', () => {
    expect(launchesIn(STEPS).map(({ name }) => name)).toEqual(['zookeeper', 'mq01', 'mq02']);
    expect(launchesIn([{ kind: 'zookeeper', launch: undefined }])).toEqual([]);
  });

  it('leave an archive of classes to be made where one of the processes records them', () => {
    const records = launch('mq01', ['-Xmx1g', '-XX:DumpLoadedClassList=tmp/classes']);
    expect(recordsClasses([launch('zookeeper'), records])).toBe(true);
    expect(recordsClasses([launch('zookeeper'), undefined])).toBe(false);
    expect(recordsClasses([])).toBe(false);
  });
});

describe('nodes that were started', () => {
  const areInScene = (scene: Scene, ...names: string[]) => areIn(judged(scene), new Set(names));

  it('are in once they serve or are attached', () => {
    expect(areInScene(whole(), 'mq01', 'mq02', 'mq03')).toBe(true);
    const slaves = REPLICATION.slaves.filter(({ nodeId }) => nodeId !== 'id-mq03');
    const loose: Scene = { ...whole(), replication: { ...REPLICATION, slaves } };
    expect(areInScene(loose, 'mq01', 'mq02')).toBe(true);
    expect(areInScene(loose, 'mq01', 'mq03')).toBe(false);
    expect(areInScene({ znodes: SERVED }, 'mq02')).toBe(false);
  });

  it('are in where they are registered and there is no quorum to elect a master', () => {
    const alone: Scene = { znodes: SERVED.slice(0, 1), nodes: { mq02: DEAD, mq03: DEAD } };
    expect(areInScene(alone, 'mq01')).toBe(true);
    expect(areInScene(alone, 'mq01', 'mq02')).toBe(false);
  });

  it('are not in where they are no member, whoever serves', () => {
    const scene: Scene = {
      ...whole(),
      znodes: SERVED.slice(0, 2),
      nodes: { mq02: ACCEPTING },
    };
    expect(areInScene(scene, 'mq03')).toBe(false);
    expect(areInScene(scene)).toBe(true);
  });
});
