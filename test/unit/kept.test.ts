import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configOf, keepConfig, lastConfigOf } from '../../src/config/kept.js';
import { layoutOf } from '../../src/config/layout.js';
import { parseConfig } from '../../src/config/load.js';
import { temporaryDirectory } from '../support/temp.js';

const YAML = `name: shop
replicas: 1
zookeeper: { managed: true, connect: '127.0.0.1:2181', path: /shop }
nodes:
  - { name: mq01, host: 127.0.0.1, webPort: 8161, messagePort: 60001, replicationPort: 61600 }
`;

async function rendered() {
  const layout = layoutOf(temporaryDirectory());
  await mkdir(layout.state);
  await writeFile(layout.file, YAML);
  await keepConfig(layout);
  return layout;
}

describe('the configuration that is kept', () => {
  it('is what mqha.yaml means', async () => {
    const layout = await rendered();
    const config = await configOf(layout);
    expect(config).toEqual(parseConfig(YAML, layout.file));
    // That it was taken, and not read anew, shows when it is changed.
    const file = join(layout.state, 'config.json');
    await writeFile(file, (await readFile(file, 'utf8')).replace('"shop"', '"kept"'));
    expect((await configOf(layout)).name).toBe('kept');
  });

  it('counts no more once mqha.yaml was edited', async () => {
    const layout = await rendered();
    await writeFile(layout.file, YAML.replace('name: shop', 'name: bazaar'));
    expect((await configOf(layout)).name).toBe('bazaar');
    await writeFile(layout.file, 'name: [');
    await expect(configOf(layout)).rejects.toMatchObject({ code: 'config-invalid' });
  });

  it('is what goes on where mqha.yaml is not valid, for what only ends processes', async () => {
    const layout = await rendered();
    const invalid: string[] = [];
    const last = () => lastConfigOf(layout, (reason) => invalid.push(reason));
    expect((await last()).name).toBe('shop');
    expect(invalid).toEqual([]);
    await writeFile(layout.file, 'name: [');
    expect((await last()).name).toBe('shop');
    expect(invalid).toEqual([expect.stringContaining('not YAML')]);
    await writeFile(join(layout.state, 'config.json'), '{"key":');
    await expect(last()).rejects.toMatchObject({ code: 'config-invalid' });
  });

  it('is done without where it is damaged, and where it cannot be written', async () => {
    const layout = await rendered();
    await writeFile(join(layout.state, 'config.json'), '{"key":');
    expect((await configOf(layout)).name).toBe('shop');
    const bare = layoutOf(temporaryDirectory());
    await writeFile(bare.file, YAML);
    await keepConfig(bare);
    expect(existsSync(bare.state)).toBe(false);
    expect((await configOf(bare)).name).toBe('shop');
  });
});
