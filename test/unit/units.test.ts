import { describe, expect, it } from 'vitest';
import { isHost } from '../../src/config/addresses.js';
import { parseConnect } from '../../src/config/servers.js';
import { parseDuration, parseShare, parseSize } from '../../src/config/units.js';

describe('the units of mqha.yaml', () => {
  it.each([
    ['6', 6000],
    ['1500ms', 1500],
    [' 2s ', 2000],
    ['1.5s', 1500],
    ['1m', 60_000],
    ['1m30s', 90_000],
    ['1h 5m', 3_900_000],
    ['1H', 3_600_000],
    ['2d', 172_800_000],
  ])('read %s as a duration', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', 's', '-2s', '2 s', '1e3s', '2w', '30s1m', '1m1m', '1m30', '1.5', '1s,2ms'])(
    'do not take %j for a duration',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );

  it('are sizes and shares', () => {
    expect(['512m', '500mb', '2g', '10 GB', '10GiB', '1T'].map(parseSize)).toEqual([
      512,
      500,
      2048,
      10_240,
      10_240,
      1 << 20,
    ]);
    expect(['1%', '70%', '100%'].map(parseShare)).toEqual([1, 70, 100]);
    for (const text of ['', '0gb', '10', '10kb', '-1gb', 'g'])
      expect(parseSize(text)).toBeUndefined();
    for (const text of ['', '0%', '101%', '70', '7.5%']) expect(parseShare(text)).toBeUndefined();
  });

  it('are hosts and lists of servers', () => {
    for (const host of ['localhost', '10.0.0.255', 'a-b.example', 'zk1']) {
      expect(isHost(host), host).toBe(true);
    }
    for (const host of ['', '10.0.0', '10.0.0.256', '-a', 'a b', 'a/b', '::1', 'a..b', 'a<b']) {
      expect(isHost(host), host).toBe(false);
    }
    expect(parseConnect('zk1:2181, zk2:2182')?.servers).toEqual([
      { host: 'zk1', port: 2181 },
      { host: 'zk2', port: 2182 },
    ]);
    for (const text of ['', 'zk1', 'zk1:0', 'zk1:70000', 'zk1:2181,']) {
      expect(parseConnect(text), text).toBeUndefined();
    }
  });
});
