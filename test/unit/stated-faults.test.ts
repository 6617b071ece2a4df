import { describe, expect, it } from 'vitest';
import { judged, SERVED, whole, type Scene } from './scenes.js';

const of = (fault: string | null, does: 'nothing' | 'given-up' = 'nothing') =>
  ({ wanted: 'up', does, fault }) as const;

/** A look beside a supervisor that states this of a process, and nothing of the others. */
function beside(name: string, stated: ReturnType<typeof of>, scene: Scene) {
  const processes = { zookeeper: of(null), mq01: of(null), mq02: of(null), mq03: of(null) };
  const state = {
    pid: 7,
    since: '2026-11-29T10:00:00.000Z',
    serving: 'mq02',
    processes: { ...processes, [name]: stated },
  };
  return judged({ ...scene, supervisor: { pid: 7, state, wanted: true } });
}

/** What `status` shows of a supervisor that states a fault of a node. */
function shown(name: string, fault: string, scene: Scene = whole()): string | null | undefined {
  const { supervisor } = beside(name, of(fault), scene);
  return supervisor.processes.find((process) => process.name === name)?.fault;
}

describe('a fault that a supervisor has stated', () => {
  it.each([
    ['mq01', 'attach-stuck'],
    ['mq01', 'not-a-member'],
    ['mq02', 'hung'],
    ['mq02', 'not-serving'],
    ['zookeeper', 'zookeeper-hung'],
  ])('of %s, %s, is not shown beside a look that contradicts it', (name, fault) => {
    expect(shown(name, fault)).toBeNull();
  });

  it('of a process that has ended since is not shown', () => {
    const { nodes, ...rest } = whole();
    const ended = { ...rest, nodes: { ...nodes, mq01: { process: undefined } } };
    expect(shown('mq01', 'attach-stuck', ended)).toBeNull();
  });

  it('is shown where the look sees it as well', () => {
    const slaves = [{ nodeId: 'id-mq01', attached: false, position: 0 }];
    const replication = { role: 'Master', nodeId: 'id-mq02', position: 1, status: '', slaves };
    expect(shown('mq01', 'attach-stuck', { ...whole(), replication })).toBe('attach-stuck');
    expect(shown('mq02', 'hung', { ...whole(), nodes: {} })).toBe('hung');
    expect(shown('mq01', 'not-a-member', { ...whole(), znodes: SERVED.slice(1) })).toBe(
      'not-a-member',
    );
  });

  it('is shown where the look could not learn the contrary', () => {
    const silent = { ...whole(), replication: { error: 'connection refused' } };
    expect(shown('mq01', 'attach-stuck', silent)).toBe('attach-stuck');
    expect(shown('mq02', 'hung', { ...whole(), znodes: undefined })).toBe('hung');
  });
});

describe('a process that a supervisor has given up', () => {
  const codesOf = (scene: Scene) =>
    beside('mq01', of(null, 'given-up'), scene).problems.map(({ code }) => code);

  it('is named while it is down, and not beside a look that sees it run', () => {
    const { nodes, ...rest } = whole();
    expect(codesOf({ ...rest, nodes: { ...nodes, mq01: { process: undefined } } })).toContain(
      'given-up',
    );
    expect(codesOf(whole())).not.toContain('given-up');
  });
});
