import { describe, expect, it } from 'vitest';
import { warningsOf } from '../../src/config/checks.js';
import { portTable } from '../../src/config/defaults.js';
import { largestBody, largestFrame } from '../../src/config/limits.js';
import { parseConfig } from '../../src/config/load.js';
import { MqhaError } from '../../src/lib/errors.js';
import { renderClusterFile } from '../../src/config/cluster-file.js';
import { connectorUri } from '../../src/stores/replicated-leveldb/render/rendered-files.js';

const text = renderClusterFile(await portTable({ nodes: 3 }, () => Promise.resolve(true)));

const withLimits = (limits: string, heap = '512m') =>
  parseConfig(
    text
      .replace(/limits:\n(?: {2}.*\n)+/, `limits: { ${limits} }\n`)
      .replace('heap: 512m', `heap: ${heap}`),
    'mqha.yaml',
  );

function refusal(limits: string, heap?: string): string {
  try {
    withLimits(limits, heap);
  } catch (error) {
    if (error instanceof MqhaError && error.code === 'config-invalid') return error.message;
    throw error;
  }
  return 'accepted';
}

describe('limits of mqha.yaml', () => {
  it.each([
    ['store: 100mb', 'limits.store', 'at least 300mb'],
    ['store: 299mb', 'limits.store', 'log files of 100 MB'],
    ['store: 3tb', 'limits.store', 'at most 2tb'],
    ['temp: 10mb', 'limits.temp', 'at least 64mb'],
    ['message: 9mb', 'limits.message', 'heap of 512m'],
    ['memory: 95%', 'limits.memory', 'at most 80%'],
  ])('that can never work are refused: %s', (limits, key, why) => {
    expect(refusal(limits)).toContain(key);
    expect(refusal(limits)).toContain(why);
  });

  it.each(['store: 300mb', 'store: 2tb', 'temp: 64mb', 'message: 8mb', 'memory: 80%'])(
    'that can work are taken: %s',
    (limits) => {
      expect(refusal(limits)).toBe('accepted');
    },
  );

  it('are all told at once', () => {
    const message = refusal('store: 100mb, temp: 10mb, message: 20mb');
    for (const key of ['store', 'temp', 'message']) expect(message).toContain(`limits.${key}:`);
  });
});

describe('the largest message', () => {
  const MB = 1024 * 1024;

  it.each([
    ['128m', 2],
    ['512m', 8],
    ['2g', 32],
    ['64g', 96],
  ])('follows from a heap of %s: %i MB', (heap, mb) => {
    expect(largestBody(withLimits('', heap))).toBe(mb * MB);
  });

  it('is what mqha.yaml says, where it says it', () => {
    const config = withLimits('message: 2mb');
    expect(largestBody(config)).toBe(2 * MB);
    expect(parseConfig(renderClusterFile(config), 'mqha.yaml')).toEqual(config);
  });

  it('is what every protocol keeps to, with room for its headers', () => {
    const config = withLimits('message: 2mb');
    const [node] = config.nodes;
    expect(largestFrame(config)).toBe(2 * MB + 65_536);
    expect(node && connectorUri(config, node)).toContain('&wireFormat.maxFrameSize=2162688&');
  });
});

describe('the share of messages in the heap', () => {
  it('is warned of where brokers may not survive it', () => {
    expect(warningsOf(withLimits('memory: 30%'))).toEqual([]);
    expect(warningsOf(withLimits('memory: 70%'))).toEqual([
      expect.stringContaining('limits.memory is 70% of a heap of 512m') as string,
    ]);
  });
});
