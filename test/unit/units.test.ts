import { describe, expect, it } from 'vitest';
import { isHost, parseConnect } from '../../src/config/schema.js';
import { parseDuration, parseHeap, parseShare, parseSize } from '../../src/config/units.js';

describe('the units of mqha.yaml', () => {
  it('are durations', () => {
    expect(['1500ms', '2s', '1m', '1h', '1.5s', ' 2s '].map(parseDuration)).toEqual([
      1500, 2000, 60_000, 3_600_000, 1500, 2000,
    ]);
    for (const text of ['', '2', 's', '-2s', '2 s', '2d', '1e3s']) {
      expect(parseDuration(text), text).toBeUndefined();
    }
  });

  it('are sizes, heaps and shares', () => {
    expect(['500mb', '10gb', '1TB', '10 gb'].map(parseSize)).toEqual([
      500,
      10_240,
      1 << 20,
      10_240,
    ]);
    expect(['512m', '2g', '2G'].map(parseHeap)).toEqual([512, 2048, 2048]);
    expect(['1%', '70%', '100%'].map(parseShare)).toEqual([1, 70, 100]);
    for (const text of ['', '0gb', '10', '10kb', '-1gb']) expect(parseSize(text)).toBeUndefined();
    for (const text of ['', '512', '512mb', 'g']) expect(parseHeap(text)).toBeUndefined();
    for (const text of ['', '0%', '101%', '70', '7.5%']) expect(parseShare(text)).toBeUndefined();
  });

  it('are hosts and lists of servers', () => {
    for (const host of ['localhost', '10.0.0.255', 'a-b.example', 'zk1']) {
      expect(isHost(host), host).toBe(true);
    }
    for (const host of ['', '10.0.0', '10.0.0.256', '-a', 'a b', 'a/b', '::1', 'a..b', 'a<b']) {
      expect(isHost(host), host).toBe(false);
    }
    expect(parseConnect('zk1:2181, zk2:2182')).toEqual([
      { host: 'zk1', port: 2181 },
      { host: 'zk2', port: 2182 },
    ]);
    for (const text of ['', 'zk1', 'zk1:0', 'zk1:70000', 'zk1:2181,', 'zk1:2181/x']) {
      expect(parseConnect(text), text).toBeUndefined();
    }
  });
});
