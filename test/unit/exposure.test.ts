import { describe, expect, it } from 'vitest';
import { crossChecks, warningsOf } from '../../src/config/checks.js';
import { portTable, type InitOptions } from '../../src/config/defaults.js';
import { exposureError, exposureOf } from '../../src/config/exposure.js';
import { renderClusterFile } from '../../src/config/cluster-file.js';
import { parseConfig } from '../../src/config/load.js';

const made = (options: Partial<InitOptions>) =>
  portTable({ nodes: 3, ...options }, () => Promise.resolve(true));
const off = ['10.0.0.1', '10.0.0.2', '10.0.0.3'];
const zookeeper = '127.0.0.1:2181';

describe('where a cluster listens', () => {
  it('is on loopback whatever it says, and off it where every link is encrypted', async () => {
    for (const options of [{}, { tls: true }, { hosts: off, zookeeper, tls: true }]) {
      const config = await made(options);
      expect(exposureOf(config)).toBe(0);
      expect(exposureError(config, undefined)).toBeUndefined();
    }
  });

  it('is refused off loopback in clear text, with TLS named first', async () => {
    const error = exposureError(await made({ hosts: off, zookeeper }), undefined);
    expect(error?.code).toBe('insecure-network');
    expect(error?.message).toContain('10.0.0.1, 10.0.0.2, 10.0.0.3 is reached over the network');
    expect(error?.hint).toMatch(/^Encrypt every link: `tls: true`.*`mqha init --tls`.*insecure/);
    const insists = await made({ hosts: off, zookeeper, insecureNetwork: true });
    expect(exposureError(insists, undefined)).toBeUndefined();
  });

  it('is refused without accounts, also where every link is encrypted', async () => {
    const config = await made({ hosts: off, zookeeper, tls: true, authentication: false });
    expect(exposureOf(config)).toBe(2);
    expect(exposureError(config, undefined)?.hint).toContain('Leave out --no-auth');
  });

  it('is refused where TLS is taken away off loopback', async () => {
    const before = await made({ hosts: off, zookeeper, tls: true });
    const now = await made({ hosts: off, zookeeper });
    expect(exposureError(now, before)?.code).toBe('insecure-network');
    expect(exposureError(now, now)).toBeUndefined();
  });

  it('counts a managed ZooKeeper in clear text', async () => {
    const config = await made({ tls: true });
    const servers = [{ host: '10.0.0.9', port: 2181 }];
    const clear = { ...config, zookeeper: { ...config.zookeeper, servers, tls: false } };
    expect(exposureOf(clear)).toBe(1);
    expect(exposureError(clear, undefined)?.hint).toContain('Leave out `zookeeper.tls: false`');
    const secured = { ...config, zookeeper: { ...config.zookeeper, servers } };
    expect(exposureOf(secured)).toBe(0);
  });

  it('warns of an ensemble that is reached in clear text, and of none on loopback', async () => {
    const far = await made({ tls: true, zookeeper: 'zk1:2181,zk2:2181' });
    expect(warningsOf(far).join()).toContain('zk1, zk2 in clear text');
    const near = await made({ tls: true, zookeeper });
    expect(warningsOf(near)).toEqual([]);
  });

  it('is refused where ZooKeeper alone is to be encrypted', async () => {
    const config = await made({});
    const half = { ...config, zookeeper: { ...config.zookeeper, tls: true } };
    expect(crossChecks(half).map(({ path }) => path)).toEqual(['zookeeper.tls']);
  });
});

describe('mqha.yaml of a cluster with TLS', () => {
  it('says so in a line, and means the same when it is read', async () => {
    const config = await made({ tls: true });
    const text = renderClusterFile(config);
    expect(text).toMatch(/^tls: true {2,}#/m);
    expect(parseConfig(text, 'mqha.yaml')).toEqual(config);
    expect(renderClusterFile(await made({}))).not.toContain('tls');
  });

  it.each([
    ['tls: yes please', /"yes please" is neither true nor false, nor \{ clientCertificates/],
    ['tls: { clientCertificates: never }', /never.* is neither true nor false, nor/],
    ['tls: { certificate: own }', /certificate/],
  ])('is refused where it says %s', async (line, message) => {
    const text = renderClusterFile(await made({})).replace(/^console:.*$/m, line);
    expect(() => parseConfig(text, 'mqha.yaml')).toThrow(message);
  });
});
