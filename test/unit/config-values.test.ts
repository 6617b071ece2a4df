import {
  appendFileSync,
  chmodSync,
  lstatSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { valueIn, withValue } from '../../src/config/edit-value.js';
import { clusterFileSchema } from '../../src/config/json-schema.js';
import { clusterFile } from '../../src/config/schema.js';
import { errorOf, made, mqha } from './rig.js';

const FILE = 'mqha.yaml';
const SOURCE = `# ours
name: shop # as in the runbook
replicas: 1
zookeeper: { managed: true, connect: 127.0.0.1:2181 }
limits:
  # half of the disk
  store: 20gb
nodes:
  # the rack on the left
  - { name: mq01, webPort: 8161, messagePort: 60001, replicationPort: 61600 }
`;

const set = (key: string, value: string, source = SOURCE) => withValue(source, FILE, key, value);

describe('the value of a key', () => {
  it('is what mqha.yaml says, or what is so without a word there', () => {
    expect(valueIn(SOURCE, FILE, 'limits.store')).toBe('20gb');
    expect(valueIn(SOURCE, FILE, 'limits.temp')).toBe('1gb');
    expect(valueIn(SOURCE, FILE, 'zookeeper')).toMatchObject({ managed: true });
    expect(valueIn(SOURCE, FILE, 'nodes.0.webPort')).toBe(8161);
    expect(valueIn(SOURCE, FILE, 'nodes.mq01.webPort')).toBe(8161);
    expect(valueIn(SOURCE, FILE, 'zookeeper.sessionTimeout')).toBeUndefined();
    expect(valueIn(SOURCE, FILE, 'nonsense.deep.down')).toBeUndefined();
    for (const key of ['constructor', 'limits.toString', '__proto__.x'])
      expect([key, valueIn(SOURCE, FILE, key)]).toEqual([key, undefined]);
    expect(valueIn(SOURCE, FILE)).toMatchObject({ name: 'shop', sync: 'quorum_mem' });
  });

  it('is not found by what is no key', () => {
    expect(() => valueIn(SOURCE, FILE, 'limits..store')).toThrow('is no key');
    expect(() => valueIn(SOURCE, FILE, 'nodes.mq07.host')).toThrow('there is no entry mq07');
    expect(() => valueIn('replicas: 1', FILE, 'replicas')).toThrow('nodes');
  });
});

describe('another value', () => {
  it('is put in the place of the one before, and no other letter is another', () => {
    expect(set('limits.store', '50gb')).toBe(SOURCE.replace('20gb', '50gb'));
    expect(set('nodes.mq01.webPort', '8261')).toBe(SOURCE.replace('8161', '8261'));
    expect(set('name', 'orders')).toBe(SOURCE.replace('shop', 'orders'));
    expect(set('zookeeper.connect', '"127.0.0.1:2182"')).toBe(
      SOURCE.replace('127.0.0.1:2181', '"127.0.0.1:2182"'),
    );
  });

  it('is added in lines of its own where there was none, and no other line is another', () => {
    const lines = (text: string) => text.split(/(?<=\n)/);
    const added = (key: string, value: string, source = SOURCE) => {
      const before = lines(source);
      const now = lines(set(key, value, source));
      expect(now.filter((line) => before.includes(line))).toEqual(before);
      return now.filter((line) => !before.includes(line)).join('');
    };
    expect(added('limits.temp', '2gb')).toBe('  temp: 2gb\n');
    expect(added('java.heap', '1g')).toBe('java:\n  heap: 1g\n');
    expect(added('broker.store.weight', '5')).toBe('broker:\n  store:\n    weight: 5\n');
    expect(added('java.options', '["-Dx=y", -Xss1m]')).toContain('    - -Dx=y\n');
    const windows = SOURCE.replaceAll('\n', '\r\n');
    expect(added('limits.temp', '2gb', windows)).toBe('  temp: 2gb\r\n');
  });

  it('of a logger is that of one, whatever dots its name has', () => {
    const one = set('broker.log.org.apache.activemq.transport', 'debug');
    expect(parse(one)).toMatchObject({
      broker: { log: { 'org.apache.activemq.transport': 'debug' } },
    });
    expect(valueIn(one, FILE, 'broker.log.org.apache.activemq.transport')).toBe('DEBUG');
  });

  it('is refused where other keys would have it too', () => {
    const shared = SOURCE.replace('store: 20gb', 'store: &s 20gb\n  temp: *s # as large');
    expect(() => set('limits.store', '30gb', shared)).toThrow('shared with other keys');
    expect(set('limits.temp', '2gb', shared)).toBe(shared.replace('*s #', '2gb #'));
  });

  it('that would mean something else where it is put is written so that it means what was said', () => {
    const external = SOURCE.replace('managed: true', 'managed: false');
    const value = (text: string) =>
      valueIn(set('zookeeper.connect', text, external), FILE, 'zookeeper.connect');
    expect(value('"127.0.0.1:2181,127.0.0.1:2182"')).toBe('127.0.0.1:2181,127.0.0.1:2182');
    // In a map on one line this comma would begin another key.
    expect(value('127.0.0.1:2181,127.0.0.1:2182')).toBe('127.0.0.1:2181,127.0.0.1:2182');
  });

  it('is refused with every reason where the file would not be valid', () => {
    expect(() => set('limits.store', 'much')).toThrow('limits.store');
    expect(() => set('limits.stores', '1gb')).toThrow('store');
    expect(() => set('name', '[unclosed')).toThrow('is no value in YAML');
    expect(() => set('nodes.mq01.webPort', '60001')).toThrow('60001');
    expect(() => withValue(SOURCE, FILE, 'replicas', undefined)).toThrow('replicas');
  });

  it('is the default where the key is taken out', () => {
    const without = withValue(SOURCE, FILE, 'limits.store', undefined);
    expect(valueIn(without, FILE, 'limits.store')).toBe('10gb');
    expect(without).toBe(SOURCE.replace('limits:\n  # half of the disk\n  store: 20gb\n', ''));
    expect(withValue(set('limits.temp', '2gb'), FILE, 'limits.temp', undefined)).toBe(SOURCE);
  });
});

describe('mqha config', () => {
  it('leaves a file where a link points to, and for its owner alone where it was so', async () => {
    const directory = await made();
    const file = join(directory, FILE);
    const elsewhere = join(directory, 'kept.yaml');
    renameSync(file, elsewhere);
    symlinkSync('kept.yaml', file);
    chmodSync(elsewhere, 0o600);
    expect((await mqha(['-C', directory, 'config', 'set', 'limits.temp', '2gb'])).status).toBe(0);
    expect(lstatSync(file).isSymbolicLink()).toBe(true);
    expect(statSync(elsewhere).mode & 0o777).toBe(0o600);
    expect(readFileSync(elsewhere, 'utf8')).toContain('2gb');
  });

  it('gets and sets, and says what is refused', async () => {
    const directory = await made();
    const file = join(directory, FILE);
    appendFileSync(file, '# mine\n');
    const before = readFileSync(file, 'utf8');
    const get = await mqha(['-C', directory, 'config', 'get', 'java.heap']);
    expect([get.status, get.stdout]).toEqual([0, '512m\n']);
    const run = await mqha(['-C', directory, 'config', 'set', 'limits.temp', '2gb', '--json']);
    expect(JSON.parse(run.stdout)).toEqual({
      ...{ key: 'limits.temp', before: '1gb', after: '2gb' },
      ...{ changed: true, restart: [] },
    });
    const now = readFileSync(file, 'utf8');
    expect(now).toContain('# mine');
    const refused = await mqha(['-C', directory, 'config', 'set', 'limits.temp', 'x', '--json']);
    expect([refused.status, errorOf(refused).code]).toEqual([2, 'config-invalid']);
    expect(readFileSync(file, 'utf8')).toBe(now);
    const none = await mqha(['-C', directory, 'config', 'get', 'java.home', '--json']);
    expect([none.status, errorOf(none).code]).toEqual([2, 'no-setting']);
    const unset = await mqha(['-C', directory, 'config', 'unset', 'limits.temp']);
    expect(unset.stdout).toBe('limits.temp: 2gb → 1gb\n');
    writeFileSync(file, before);
    const all = await mqha(['-C', directory, 'config', 'get']);
    expect(parse(all.stdout)).toMatchObject({ replicas: 3, limits: { temp: '1gb' } });
  });
});

describe('the JSON schema of mqha.yaml', () => {
  it('has every key, and says that others are none', () => {
    const schema = clusterFileSchema() as {
      properties: Record<string, { properties?: object }>;
      additionalProperties: unknown;
      required: string[];
    };
    expect(Object.keys(schema.properties)).toEqual(Object.keys(clusterFile.shape));
    expect(schema.additionalProperties).toBe(false);
    expect(schema.required).toEqual(['replicas', 'zookeeper', 'nodes']);
    expect(Object.keys(schema.properties.limits?.properties ?? {})).toContain('store');
  });
});
