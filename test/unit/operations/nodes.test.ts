import { describe, expect, it } from 'vitest';
import { namesRole, resolveNodes } from '../../../src/operations/nodes.js';
import { clusterOf, config, DEAD, judged, whole, ALL_DEAD, type Scene } from '../scenes.js';

const cluster = clusterOf(config);

/** Whom these words mean; mq02 is master and mq01 the elector. */
const meant = (words: readonly string[], scene: Scene = whole()) =>
  resolveNodes(cluster, words, judged(scene)).map(({ name }) => name);

const vacant = (role: string) =>
  expect.objectContaining({ code: 'role-vacant', message: `there is no ${role} now` }) as Error;

describe('the words of a command line that name nodes', () => {
  it('mean each node once, in the order of mqha.yaml', () => {
    expect(meant(['mq03', 'mq01', 'mq03'])).toEqual(['mq01', 'mq03']);
    expect(meant([])).toEqual([]);
    expect(resolveNodes(cluster, ['mq02'], undefined).map(({ name }) => name)).toEqual(['mq02']);
  });

  it('may be roles, which need the election', () => {
    expect(namesRole(['mq01', 'mq02'])).toBe(false);
    for (const role of ['master', 'slave', 'elector']) expect(namesRole(['mq01', role])).toBe(true);
  });

  it('mean who has the role now; the slave is one whose end does not demote the master, where there is one', () => {
    expect(meant(['master'])).toEqual(['mq02']);
    expect(meant(['elector'])).toEqual(['mq01']);
    expect(meant(['slave'])).toEqual(['mq03']);
    expect(meant(['slave', 'master'])).toEqual(['mq02', 'mq03']);
    const znodes = whole().znodes?.slice(0, 2);
    expect(meant(['slave'], { ...whole(), znodes, nodes: { mq03: DEAD } })).toEqual(['mq01']);
  });

  it('are refused as a role that nobody has', () => {
    const dead: Scene = { znodes: [], nodes: ALL_DEAD };
    for (const role of ['master', 'slave', 'elector']) {
      expect(() => meant([role], dead)).toThrow(vacant(role));
      expect(() => resolveNodes(cluster, [role], undefined)).toThrow(vacant(role));
    }
  });

  it('are refused where mqha.yaml does not name who has the role any more', () => {
    const nodes = config.nodes.filter(({ name }) => name !== 'mq02');
    const without = clusterOf({ ...config, nodes });
    expect(() => resolveNodes(without, ['master'], judged(whole()))).toThrow(vacant('master'));
  });

  it('are refused with all that are no nodes, and with what there is', () => {
    expect(() => meant(['mq01', 'mq7', 'boss'])).toThrow(
      expect.objectContaining({
        code: 'unknown-node',
        exitCode: 2,
        message: 'there is no node "mq7", "boss"',
        hint: 'The nodes are mq01, mq02, mq03; roles are master, elector, slave.',
      }) as Error,
    );
  });
});
