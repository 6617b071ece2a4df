import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { describe, expect, it } from 'vitest';
import { bomOf, type Materials, type RunJar } from '../../../src/distribution/sbom/bom.js';
import { readJar } from '../../../src/distribution/sbom/jar.js';
import { licencesIn, licencesOfGroup } from '../../../src/distribution/sbom/licences.js';
import { javaJarPath } from '../../../src/distribution/resources.js';

const jar = (changed: Partial<RunJar>): RunJar => ({
  file: 'some-1.0.jar',
  sha256: 'a'.repeat(64),
  sha512: 'b'.repeat(128),
  coordinates: { group: 'org.some', artifact: 'some', version: '1.0' },
  bundled: [],
  licences: [{ id: 'Apache-2.0' }],
  classes: ['org/some/Class.class'],
  runs: ['broker', 'console'],
  isGuard: false,
  ...changed,
});

const MATERIALS: Materials = {
  jars: [
    jar({ file: 'guard.jar', coordinates: undefined, isGuard: true }),
    jar({}),
    jar({
      file: 'odd.jar',
      coordinates: undefined,
      licences: [{ name: 'Own', url: 'https://licence.example/own' }, { name: 'Other' }],
      classes: [],
    }),
    jar({
      file: 'all-2.0.jar',
      coordinates: { group: 'org.all', artifact: 'all', version: '2.0+b' },
      bundled: [{ group: 'org.inner', artifact: 'inner', version: '3' }],
      licences: [],
      classes: [],
      runs: ['zookeeper'],
    }),
  ],
  distribution: {
    group: 'org.apache.activemq',
    artifact: 'apache-activemq',
    version: '5.16.7',
    sha512: 'c'.repeat(128),
  },
  guard: { guarded: true, applied: ['one-cure'] },
  java: { version: '17.0.1', vendor: 'Some' },
  mqha: '0.1.0',
  timestamp: undefined,
};

describe('a bill of materials', () => {
  it('is CycloneDX 1.6, with a date and without', async () => {
    const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
    for (const timestamp of [undefined, '2026-11-30T00:00:00.000Z']) {
      const text = JSON.stringify(bomOf({ ...MATERIALS, timestamp }));
      expect(await validator.validate(text)).toBeNull();
    }
    // It would find something.
    expect(
      await validator.validate('{"bomFormat":"CycloneDX","specVersion":"1.6","x":1}'),
    ).not.toBeNull();
  });

  it('is the same each time', () => {
    expect(JSON.stringify(bomOf(MATERIALS))).toBe(JSON.stringify(bomOf({ ...MATERIALS })));
    expect(JSON.stringify(bomOf(MATERIALS))).not.toMatch(/serialNumber|timestamp/);
  });

  it('names each jar by its package URL and digests, and what was copied into it', () => {
    const { components } = bomOf(MATERIALS);
    const all = components.find(({ name }) => name === 'all');
    expect(all).toMatchObject({
      purl: 'pkg:maven/org.all/all@2.0%2Bb',
      hashes: [
        { alg: 'SHA-256', content: 'a'.repeat(64) },
        { alg: 'SHA-512', content: 'b'.repeat(128) },
      ],
      components: [{ purl: 'pkg:maven/org.inner/inner@3' }],
      properties: [{ name: 'mqha:class-path', value: 'zookeeper' }],
    });
    const references = components.map((one) => one['bom-ref']);
    expect(new Set(references).size).toBe(references.length);
  });

  it('tells of the patches, and whose classes they rewrite', () => {
    const guard = bomOf(MATERIALS).components.find(({ name }) => name === 'guard');
    expect(guard?.pedigree).toEqual({
      ancestors: [
        {
          type: 'library',
          group: 'org.some',
          name: 'some',
          version: '1.0',
          purl: 'pkg:maven/org.some/some@1.0',
        },
      ],
      patches: [{ type: 'unofficial', resolves: [{ type: 'defect', id: 'one-cure' }] }],
    });
  });
});

describe('a licence', () => {
  const named = (manifest: string) => licencesIn({ pom: [], manifest, text: undefined });

  it.each([
    ['https://www.apache.org/licenses/LICENSE-2.0.txt', ['Apache-2.0']],
    [
      'http://www.apache.org/licenses/LICENSE-2.0, https://www.eclipse.org/org/documents/epl-v10.php',
      ['Apache-2.0', 'EPL-1.0'],
    ],
    ['"Apache License, Version 2.0";link="https://x"', ['Apache-2.0']],
    ['BSD-3-Clause;link=https://asm.ow2.io/LICENSE.txt', ['BSD-3-Clause']],
    ['http://www.opensource.org/licenses/BSD-3-Clause', ['BSD-3-Clause']],
  ])('is known in %s', (manifest, ids) => {
    expect(named(manifest).map(({ id }) => id)).toEqual(ids);
  });

  it('is the one of the pom where that has one, and keeps its name where it has no identifier', () => {
    const pom = [
      { name: 'The Apache Software License, Version 2.0', url: undefined },
      { name: 'Own', url: 'https://licence.example' },
    ];
    expect(licencesIn({ pom, manifest: 'MIT', text: undefined })).toEqual([
      { id: 'Apache-2.0' },
      { name: 'Own', url: 'https://licence.example' },
    ]);
  });

  it('is read of its text where nothing else names it', () => {
    const text = '\n    Apache License\n   Version 2.0, January 2004\n';
    expect(licencesIn({ pom: [], manifest: undefined, text })).toEqual([{ id: 'Apache-2.0' }]);
    expect(licencesIn({ pom: [], manifest: undefined, text: 'All rights reserved' })).toEqual([]);
  });
});

describe('the groups of jars that name no licence', () => {
  it.each(['org.jolokia', 'org.springframework', 'xpp3', 'dev.mqha'])('has that of %s', (group) => {
    expect(licencesOfGroup(group)).not.toEqual([]);
  });

  it('gives nothing to others', () => {
    expect(licencesOfGroup('org.example')).toEqual([]);
    expect(licencesOfGroup(undefined)).toEqual([]);
  });
});

describe('a jar', () => {
  it('tells its digests and its classes', async () => {
    const facts = await readJar(javaJarPath());
    expect(facts.sha512).toMatch(/^[0-9a-f]{128}$/);
    expect(facts.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(facts.classes).toContain('dev/mqha/launch/Launcher.class');
  });

  it('is one, or nothing is read of it', async () => {
    await expect(readJar(fileURLToPath(import.meta.url))).rejects.toThrow();
    await expect(readJar(join('/nowhere', 'x.jar'))).rejects.toThrow();
  });
});
