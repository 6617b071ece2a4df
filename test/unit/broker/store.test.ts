import { GOLDEN_CREDENTIALS } from '../../support/golden.js';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/config/load.js';
import { weightRefusal } from '../../../src/operations/switchover.js';
import {
  differingKeys,
  settingMarkers,
  settingsFor,
  settingsOf,
} from '../../../src/stores/settings.js';
import { readBack } from '../../../src/stores/replicated-leveldb/render/read-back.js';
import { renderCluster } from '../../../src/stores/replicated-leveldb/render/rendered-files.js';
import { expectGolden } from '../../support/golden.js';
import {
  text,
  having,
  refusal,
  fileOf,
  plain,
  part,
  POLICIES,
  VIRTUAL,
  CONNECTORS,
} from './rig.js';

describe('broker.store', () => {
  const STORE = `broker:
  store:
    weight: 3
    logSize: 32mb
    indexWriteBufferSize: 8mb
    indexCacheSize: 64mb
    indexBlockSize: 8kb
    indexBlockRestartInterval: 32
    indexMaxOpenFiles: 500
    indexCompression: none
    asyncBufferSize: 1mb
    flushDelay: 2ms
    monitorStats: true
    failoverProducersAuditDepth: 1024
    maxFailoverProducersToTrack: 32
`;

  it('is rendered as attributes of the store', async () => {
    expectGolden('broker/store', part(await fileOf(STORE), '<replicatedLevelDB', '/>'));
  });

  it('has the weight of a node in the place of that of all', async () => {
    const lines = text.replace('name: mq02,', 'name: mq02, broker: { store: { weight: 9 } },');
    const config = parseConfig(`${lines}broker: { store: { weight: 3 } }\n`, 'mqha.yaml');
    const files = renderCluster(config, GOLDEN_CREDENTIALS);
    await readBack(config, files);
    const weights = files.flatMap(({ content }) => content.match(/weight="\d+"/g) ?? []);
    expect(weights).toEqual(['weight="3"', 'weight="9"', 'weight="3"']);
  });

  it('moves the limits that count in log files', () => {
    expect(refusal('broker: { store: { logSize: 500mb } }\n')).toBe('accepted');
    const large = text.replace('store: 10gb', 'store: 1gb');
    expect(() => parseConfig(`${large}broker: { store: { logSize: 400mb } }\n`, 'x')).toThrow(
      'the store counts whole log files of 400 MB, and with less than three of them',
    );
    const huge = text.replace('store: 10gb', 'store: 1tb');
    expect(() => parseConfig(`${huge}broker: { store: { logSize: 25mb } }\n`, 'x')).toThrow(
      'at most 512gb',
    );
  });

  it.each([
    ['directory: /tmp', 'store.directory: is in the directory of the node'],
    ['sync: quorum_disk', 'store.sync: is what `sync` of mqha.yaml says'],
    ['zkPassword: x', 'store.zkPassword: is generated'],
    ['securityToken: x', 'store.securityToken: is generated'],
    ['bind: "tcp://0.0.0.0:1"', 'store.bind: is what `nodes[].replicationHost'],
    ['verifyChecksums: false', 'always true'],
    ['paranoidChecks: false', 'always true'],
    ['wieght: 1', 'did you mean weight?'],
    ['weight: heavy', '"heavy" is not a whole number'],
    ['logSize: 1mb', '"1mb" is out of range (16mb to 500mb)'],
    ['indexCompression: zip', '"zip" is neither "snappy" nor "none"'],
  ])('is refused with what is wrong: %s', (line, message) => {
    expect(refusal(`broker: { store: { ${line} } }\n`)).toContain(message);
  });

  it('lets nobody switch over to a node that the store does not elect', () => {
    const lines = text.replace('name: mq02,', 'name: mq02, broker: { store: { weight: 9 } },');
    const config = parseConfig(lines, 'mqha.yaml');
    const [first, second, third] = config.nodes;
    expect(weightRefusal(config, first, third)).toBe(
      'mq02 has the weight 9 and mq03 1, so that the store elects mq02 of the two (broker.store.weight)',
    );
    expect(weightRefusal(config, first, second)).toBeUndefined();
    expect(weightRefusal(config, second, third)).toBeUndefined();
    expect(weightRefusal(config, first, undefined)).toBeUndefined();
  });
});

describe('limits.connections', () => {
  it('is the limit of the message port', () => {
    const lines = text.replace('limits:\n', 'limits:\n  connections: 5000\n');
    const files = renderCluster(parseConfig(lines, 'mqha.yaml'), GOLDEN_CREDENTIALS);
    expect(files.find(({ path }) => path.endsWith('mq02/conf/activemq.xml'))?.content).toContain(
      'maximumConnections=5000&amp;',
    );
    expect(plain).toContain('maximumConnections=1000&amp;');
    const few = text.replace('limits:\n', 'limits:\n  connections: 100\n');
    expect(() => parseConfig(few, 'mqha.yaml')).toThrow('limits.connections: at least 1000');
  });
});

describe('a running broker', () => {
  const keysOf = (lines: string, from = having('')) =>
    differingKeys(
      settingsOf(settingMarkers(from, 'mq01')).keys ?? new Map(),
      settingsFor(having(lines), 'mq01'),
    );

  it.each([
    [POLICIES, ['broker.policies']],
    [VIRTUAL, ['broker.virtualDestinations']],
    ['broker: { store: { weight: 3 } }\n', ['broker.store']],
    [CONNECTORS, ['broker.connectors']],
    ['broker: { log: { a: DEBUG } }\n', ['broker.log']],
    ['broker: { scheduler: true }\n', ['broker.scheduler']],
    ['broker: {}\n', []],
  ])('differs in what was edited since its start', (lines, keys) => {
    expect(keysOf(lines)).toEqual(keys);
    expect(keysOf(lines, having(lines))).toEqual([]);
  });

  it('of an earlier mqha has what every broker had', () => {
    const earlier = settingMarkers(having(''), 'mq01').map((word) =>
      word.replace(/&(broker|limits\.connections)[^&]*/g, ''),
    );
    expect(earlier.join()).not.toContain('broker.');
    const { keys } = settingsOf(earlier);
    expect(differingKeys(keys ?? new Map(), settingsFor(having(''), 'mq01'))).toEqual([]);
    expect(differingKeys(keys ?? new Map(), settingsFor(having(POLICIES), 'mq01'))).toEqual([
      'broker.policies',
    ]);
  });
});
