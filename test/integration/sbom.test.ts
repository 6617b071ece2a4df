import { expect, it } from 'vitest';
import { ensureDistribution } from '../../src/distribution/install.js';
import { findJava } from '../../src/distribution/java.js';
import { billOfMaterials } from '../../src/distribution/sbom/index.js';

it('names version and licence of every jar that a broker or ZooKeeper runs', async () => {
  const java = await findJava(process.env);
  const distribution = await ensureDistribution({ java, env: process.env, verify: 'quick' });
  const { components } = await billOfMaterials(distribution, java, process.env);
  const jars = components.filter(({ type }) => type === 'library');
  expect(jars.length).toBeGreaterThan(50);
  const unnamed = jars.filter(({ version, licenses }) => version === '' || licenses === undefined);
  expect(unnamed.map(({ name }) => name)).toEqual([]);
});
