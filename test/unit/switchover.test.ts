import { describe, expect, it } from 'vitest';
import { switchoverRefusal } from '../../src/operations/switchover.js';
import { config, judged, REPLICATION, whole, type Scene } from './scenes.js';

const [mq01, mq02] = config.nodes;

/** Why there is no switchover away from mq02, which serves. */
const refusal = (scene: Partial<Scene> = {}, to = mq01) =>
  switchoverRefusal(judged({ ...whole(), ...scene }), mq02, to);

/** What the master says of a slave. */
const withLag = (bytes: number) => ({
  ...REPLICATION,
  position: 10_000_000,
  slaves: [
    { nodeId: 'id-mq01', attached: true, position: 10_000_000 - bytes },
    { nodeId: 'id-mq03', attached: true, position: 10_000_000 },
  ],
});

describe('a switchover', () => {
  it('may be where every slave is attached and has nearly everything', () => {
    expect(refusal()).toBeUndefined();
    expect(refusal({ replication: withLag(0) })).toBeUndefined();
  });

  it('is refused where a slave lags', () => {
    expect(refusal({ replication: withLag(9_000_000) })).toBe('mq01 lags by 9000000 bytes');
  });

  it('is refused where the lag is not known, as while the console is not open', () => {
    const attached = new Set(['id-mq01', 'id-mq03']);
    expect(refusal({ replication: { error: 'connection refused', attached } })).toBe(
      'the lag of mq01, mq03 is not known, since the console of mq02 does not answer',
    );
  });

  it('is refused where a slave is not attached, or nobody serves', () => {
    const slaves = [{ nodeId: 'id-mq01', attached: true, position: 1000 }];
    expect(refusal({ replication: { ...REPLICATION, slaves } })).toBe(
      'the cluster is degraded, and mq03 is not attached',
    );
    expect(switchoverRefusal(judged({ ...whole(), nodes: {} }), undefined, mq01)).toContain(
      'there is no master',
    );
  });
});
