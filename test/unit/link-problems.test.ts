import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../src/lib/codes.js';
import { notServing } from '../../src/messages/not-serving.js';
import { masterFault, NO_MEMORY } from '../../src/observe/conditions/faults.js';
import type { Observation } from '../../src/observe/observation.js';
import { unknown } from '../../src/observe/reading.js';
import { toStatus } from '../../src/observe/to-status.js';
import { ACCEPTING, clusterOf, config, observation, SERVED, whole } from './scenes.js';

/** A cluster whose nodes could not be asked, for this. */
function unasked(code: ErrorCode, names: readonly string[]): Observation {
  const seen = observation({ ...whole(), znodes: SERVED, nodes: { mq02: ACCEPTING } });
  const nothing = { ...unknown(`why: ${code}`, 0), code };
  return {
    ...seen,
    nodes: seen.nodes.map((node) =>
      names.includes(node.node.name) ? { ...node, accepting: nothing, full: nothing } : node,
    ),
  };
}

const statusOf = (seen: Observation) => toStatus(clusterOf(config), seen);

describe('a master that cannot be asked for its certificate', () => {
  const seen = unasked('certificate-refused', ['mq02']);

  it('is named, and is not taken for one that hangs', () => {
    const problems = statusOf(seen).problems.map(({ code, node }) => [code, node]);
    expect(problems).toContainEqual(['certificate-refused', 'mq02']);
    expect(problems.map(([code]) => code)).not.toContain('master-not-serving');
    expect(masterFault(seen, NO_MEMORY)).toBeUndefined();
  });

  it('is the reason where nobody serves a client', () => {
    const error = notServing(statusOf(seen), 'nothing was sent');
    expect(error).toMatchObject({
      code: 'certificate-refused',
      message: 'nothing was sent: why: certificate-refused',
    });
    expect(error.hint).toContain('mqha certs');
  });
});

describe('mqha without its certificate', () => {
  it('says so once, and nothing of a ZooKeeper that does not answer', () => {
    const nobody = unasked('certificates-missing', ['mq01', 'mq02', 'mq03']);
    const seen = {
      ...nobody,
      election: { ...unknown('why', 0), code: 'certificates-missing' as const },
    };
    const problems = statusOf(seen).problems.filter(({ severity }) => severity === 'error');
    expect(problems.map(({ code, node }) => [code, node])).toEqual([
      ['certificates-missing', null],
    ]);
  });
});
