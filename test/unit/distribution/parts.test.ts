import fs from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { coordinates, fingerprint, PINNED } from '../../../src/distribution/artifacts.js';
import { cacheRoot } from '../../../src/distribution/cache-root.js';
import { classPaths } from '../../../src/distribution/classpath.js';
import { javaJarPath } from '../../../src/distribution/resources.js';
import { unpack } from '../../../src/distribution/unpack.js';
import { OF_THE_PAGES, UNUSED } from '../../../src/distribution/unused-jars.js';
import { failureOf, makeRig, systemError, temporary } from './rig.js';

describe('the pinned list', () => {
  it('names each file as Maven does, with a whole digest and a size', () => {
    for (const item of PINNED) {
      const classifier = item.classifier === undefined ? '' : `-${item.classifier}`;
      expect(item.file).toBe(`${item.artifact}-${item.version}${classifier}.${item.extension}`);
      expect(item.sha512).toMatch(/^[0-9a-f]{128}$/);
      expect(item.bytes).toBeGreaterThan(1000);
    }
    expect(new Set(PINNED.map((item) => item.sha512)).size).toBe(PINNED.length);
    expect(PINNED.filter((item) => item.role === 'distribution').map(coordinates)).toEqual([
      'org.apache.activemq:apache-activemq:5.16.7:tar.gz:bin',
    ]);
  });

  it('has a fingerprint that follows every digest and no order', () => {
    const [first, ...rest] = PINNED;
    if (first === undefined) throw new Error('nothing is pinned');
    expect(fingerprint([...rest, first])).toBe(fingerprint());
    expect(fingerprint([{ ...first, sha512: first.sha512.replace(/^./, 'f') }, ...rest])).not.toBe(
      fingerprint(),
    );
  });
});

describe('cacheRoot', () => {
  it.each([
    [{ MQHA_CACHE: '/m', XDG_CACHE_HOME: '/x', HOME: '/h' }, '/m'],
    [{ MQHA_CACHE: '', XDG_CACHE_HOME: '/x', HOME: '/h' }, '/x/mqha'],
    [{ XDG_CACHE_HOME: 'relative', HOME: '/h' }, '/h/.cache/mqha'],
    [{ HOME: '/h' }, '/h/.cache/mqha'],
  ])('%o', (env, root) => {
    expect(cacheRoot(env)).toBe(root);
  });
});

describe('class paths', () => {
  it('put the guard first, ours next, and leave out what is replaced', async () => {
    const rig = await makeRig();
    const distribution = await rig.install();
    // A jar that somebody drops into the distribution is not taken up.
    await writeFile(join(distribution.home, 'lib', 'dropped-1.0.jar'), 'x');
    const again = await rig.install();
    const relative = (paths: string[]) => paths.map((path) => path.slice(again.root.length + 1));
    const lib = 'apache-activemq-5.16.7/lib';
    expect(relative(again.classPath())).toEqual([
      'guard/guard.jar',
      'mqha-java.jar',
      'lib/commons-io-2.17.0.jar',
      'lib/leveldbjni-all-1.8.jar',
      'lib/zookeeper-3.9.5.jar',
      `${lib}/activemq-broker-5.16.7.jar`,
      `${lib}/slf4j-api-1.7.36.jar`,
      `${lib}/optional/activemq-leveldb-store-5.16.7.jar`,
      `${lib}/optional/leveldb-0.9.jar`,
      `${lib}/optional/reload4j-1.2.24.jar`,
      `${lib}/optional/slf4j-reload4j-1.7.36.jar`,
      `${lib}/web/jetty-server-9.4.50.jar`,
    ]);
    expect(relative(again.zookeeperClassPath())).toEqual([
      'mqha-java.jar',
      'lib/commons-io-2.17.0.jar',
      'lib/zookeeper-3.9.5.jar',
      `${lib}/slf4j-api-1.7.36.jar`,
      `${lib}/optional/reload4j-1.2.24.jar`,
      `${lib}/optional/slf4j-reload4j-1.7.36.jar`,
    ]);
  });
});

describe('jars that nothing uses', () => {
  const lib = 'apache-activemq-5.16.7/lib';
  const files = [
    `${lib}/activemq-broker-5.16.7.jar`,
    `${lib}/optional/shiro-core-1.11.0.jar`,
    `${lib}/optional/geronimo-j2ee-connector_1.5_spec-2.0.0.jar`,
    `${lib}/optional/org.apache.servicemix.bundles.josql-1.5_5.jar`,
    `${lib}/web/javax.security.auth.message-1.0.0.v201108011116.jar`,
    `${lib}/web/geronimo-annotation_1.0_spec-1.1.1.jar`,
    `${lib}/web/ecj-3.17.0.jar`,
    `${lib}/web/jetty-server-9.4.50.v20221201.jar`,
  ];

  it('stand on no class path, and those of the pages only where there are pages', () => {
    const { broker, brokerWithPages } = classPaths('/root', files, []);
    const names = (paths: readonly string[]) => paths.map((path) => path.split('/').at(-1));
    const always = ['activemq-broker-5.16.7.jar', 'jetty-server-9.4.50.v20221201.jar'];
    const pages = ['ecj-3.17.0.jar', 'geronimo-annotation_1.0_spec-1.1.1.jar'];
    expect(names(broker).slice(1).sort()).toEqual(always);
    expect(names(brokerWithPages).slice(1).sort()).toEqual([...always, ...pages].sort());
  });

  it('are not among what is added, and each is named once, with a reason', () => {
    const named = [...UNUSED.flatMap(({ artifacts }) => artifacts), ...OF_THE_PAGES];
    expect(new Set(named).size).toBe(named.length);
    expect(UNUSED.filter(({ why }) => why === '')).toEqual([]);
    const added = new Set(PINNED.map(({ artifact, replaces }) => replaces ?? artifact));
    expect(UNUSED.flatMap(({ artifacts }) => artifacts).filter((name) => added.has(name))).toEqual(
      [],
    );
  });
});

describe('the classes of OpenWire', () => {
  it('are those of 5.16.8, and stand once on the class path of a broker', () => {
    const lib = 'apache-activemq-5.16.7/lib';
    const names = ['activemq-broker', 'activemq-client', 'activemq-openwire-legacy'];
    const { broker, zookeeper } = classPaths(
      '/root',
      names.map((name) => `${lib}/${name}-5.16.7.jar`),
      PINNED,
    );
    const ofActiveMQ = (paths: readonly string[]) =>
      paths.filter((path) => /activemq-[a-z-]+-5/.test(path));
    expect(ofActiveMQ(broker)).toEqual([
      '/root/lib/activemq-client-5.16.8.jar',
      '/root/lib/activemq-openwire-legacy-5.16.8.jar',
      `/root/${lib}/activemq-broker-5.16.7.jar`,
    ]);
    expect(ofActiveMQ(zookeeper)).toEqual([]);
  });
});

describe('unpack', () => {
  it('hands on what the selection throws', async () => {
    const rig = await makeRig();
    const to = await temporary();
    const archive = join(rig.served, 'apache-activemq-5.16.7-bin.tar.gz');
    const refusal = unpack(archive, to, () => {
      throw new Error('not this one');
    });
    await expect(refusal).rejects.toThrow('not this one');
  });

  it('has ended all its work when it fails', async () => {
    const rig = await makeRig();
    const archive = join(rig.served, 'apache-activemq-5.16.7-bin.tar.gz');
    // What tar makes files with: each a little later than the one before, and the first fails.
    const { open } = fs;
    let opening = 0;
    const spy = vi.spyOn(fs, 'open').mockImplementation((...args: unknown[]) => {
      const opened = args.pop() as (...result: unknown[]) => void;
      const fails = args[1] !== 'r' && opening++ === 0;
      setTimeout(() => {
        if (args[1] !== 'r') opening -= 1;
        if (fails) opened(systemError('ENOSPC'));
        else Reflect.apply(open, fs, [...args, opened]);
      }, 10 * opening);
    });
    const error: unknown = await unpack(archive, await temporary()).catch((e: unknown) => e);
    spy.mockRestore();
    expect(error).toMatchObject({ code: 'ENOSPC' });
    expect(opening).toBe(0);
  });
});

describe('javaJarPath', () => {
  it('finds the jar in dist, and says what to do without it', async () => {
    const root = await temporary();
    const error = await failureOf(Promise.resolve().then(() => javaJarPath(root)));
    expect(error.code).toBe('package-incomplete');
    expect(error.hint).toContain('npm run build');
    await mkdir(join(root, 'dist', 'java'), { recursive: true });
    await writeFile(join(root, 'dist', 'java', 'mqha-java.jar'), '');
    expect(javaJarPath(root)).toBe(join(root, 'dist', 'java', 'mqha-java.jar'));
  });
});
