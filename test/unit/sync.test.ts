import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { portTable, type InitOptions } from '../../src/config/defaults.js';
import { layoutOf } from '../../src/config/layout.js';
import { renderCluster } from '../../src/stores/replicated-leveldb/render/rendered-files.js';
import { type RenderedFile } from '../../src/stores/rendered-file.js';
import { editedFiles } from '../../src/stores/rendered-record.js';
import { compareFiles, differences, editedError, writeFiles } from '../../src/stores/sync.js';
import { temporaryDirectory } from '../support/temp.js';

const SECRETS = ['a-password-0123456789', 'a-token-0123456789', 'a-zookeeper-0123456789'];
const NOW = new Date('2026-01-02T03:04:05.678Z');

async function rendered(options: Partial<InitOptions> = {}): Promise<RenderedFile[]> {
  const config = await portTable({ nodes: 3, ...options }, () => Promise.resolve(true));
  const [password = '', securityToken = '', zookeeperPassword = ''] = SECRETS;
  const credentials = { username: 'mqha', password, securityToken, zookeeperPassword };
  return renderCluster(config, credentials);
}

describe('the files on disk', () => {
  const LOG4J = 'nodes/mq01/conf/log4j.properties';
  const SECRET = 'nodes/mq01/conf/credentials.properties';

  async function written() {
    const layout = layoutOf(temporaryDirectory());
    const files = await rendered();
    await writeFiles(layout, await compareFiles(layout, files), NOW);
    const states = async (of: readonly RenderedFile[] = files) =>
      Object.fromEntries(
        (await compareFiles(layout, of))
          .filter((comparison) => comparison.state !== 'same')
          .map((comparison) => [comparison.file.path, comparison.state]),
      );
    return { layout, files, states, path: (name: string) => join(layout.directory, name) };
  }

  it('are all missing at first and all the same once written', async () => {
    const layout = layoutOf(temporaryDirectory());
    const files = await rendered();
    const before = await compareFiles(layout, files);
    expect(before.map((comparison) => comparison.state)).toEqual(files.map(() => 'missing'));
    expect(editedError(before)).toBeUndefined();
    const result = await writeFiles(layout, before, NOW);
    expect(result).toEqual({ written: files.map((file) => file.path), kept: [] });
    const after = await compareFiles(layout, files);
    expect(after.map((comparison) => comparison.state)).toEqual(files.map(() => 'same'));
    expect(await writeFiles(layout, after, NOW)).toEqual({ written: [], kept: [] });
    expect(differences(after)).toBe('');
  });

  it('are for their owner only where they hold a secret', async () => {
    const { layout, files, path } = await written();
    const mode = (name: string) => statSync(name).mode & 0o777;
    for (const file of files) {
      expect(mode(path(file.path)), file.path).toBe(file.secret ? 0o600 : 0o644);
      expect(mode(dirname(path(file.path))), file.path).toBe(0o700);
    }
    expect(mode(layout.state)).toBe(0o700);
  });

  it('are known to be edited, or not, without mqha.yaml', async () => {
    const { layout, path } = await written();
    expect(await editedFiles(layout)).toEqual([]);
    appendFileSync(path(LOG4J), '# mine\n');
    writeFileSync(path(SECRET), '');
    rmSync(path('nodes/mq02/conf/jetty.xml'));
    expect(await editedFiles(layout)).toEqual([SECRET, LOG4J]);
    expect(await editedFiles(layoutOf(temporaryDirectory()))).toEqual([]);
  });

  it('are outdated when mqha.yaml changed, and are then written without a copy', async () => {
    const { layout, states, path } = await written();
    const newer = await rendered({ sync: 'quorum_disk' });
    expect(await states(newer)).toEqual({
      'nodes/mq01/conf/activemq.xml': 'outdated',
      'nodes/mq02/conf/activemq.xml': 'outdated',
      'nodes/mq03/conf/activemq.xml': 'outdated',
    });
    const comparisons = await compareFiles(layout, newer);
    expect(editedError(comparisons)).toBeUndefined();
    const result = await writeFiles(layout, comparisons, NOW);
    expect(result.written).toHaveLength(3);
    expect(result.kept).toEqual([]);
    expect(readFileSync(path('nodes/mq02/conf/activemq.xml'), 'utf8')).toContain('quorum_disk');
    expect(await states(newer)).toEqual({});
  });

  it('are edited when a person changed them, which is refused, and a copy is kept', async () => {
    const { layout, files, states, path } = await written();
    appendFileSync(path(LOG4J), '# mine\n');
    expect(await states()).toEqual({ [LOG4J]: 'edited' });
    const comparisons = await compareFiles(layout, files);
    expect(editedError(comparisons)).toMatchObject({ code: 'edited-file', exitCode: 1 });
    expect(editedError(comparisons)?.message).toContain(LOG4J);
    expect(differences(comparisons)).toContain('-# mine');
    const copy = `${LOG4J}.edited-20260102T030405Z`;
    expect(await writeFiles(layout, comparisons, NOW)).toEqual({ written: [LOG4J], kept: [copy] });
    expect(readFileSync(path(copy), 'utf8')).toContain('# mine');
    expect(await states()).toEqual({});
  });

  it('are edited, not outdated, when a person and mqha.yaml changed them', async () => {
    const { states, path } = await written();
    appendFileSync(path('nodes/mq01/conf/activemq.xml'), '<!-- mine -->\n');
    const newer = await rendered({ sync: 'quorum_disk' });
    expect((await states(newer))['nodes/mq01/conf/activemq.xml']).toBe('edited');
    expect((await states(newer))['nodes/mq02/conf/activemq.xml']).toBe('outdated');
  });

  it('count as edited where the record of what was written is damaged', async () => {
    const { layout, states } = await written();
    const newer = await rendered({ sync: 'quorum_disk' });
    const record = join(layout.state, 'rendered.json');
    expect(existsSync(record)).toBe(true);
    writeFileSync(record, '{"nodes/mq01');
    expect(await states()).toEqual({});
    expect(new Set(Object.values(await states(newer)))).toEqual(new Set(['edited']));
  });

  it('are written again where one is missing', async () => {
    const { layout, files, states, path } = await written();
    rmSync(path(LOG4J));
    expect(await states()).toEqual({ [LOG4J]: 'missing' });
    const result = await writeFiles(layout, await compareFiles(layout, files), NOW);
    expect(result).toEqual({ written: [LOG4J], kept: [] });
  });

  it('leave no temporary file behind', async () => {
    const { layout } = await written();
    const names = readdirSync(layout.directory, { recursive: true, encoding: 'utf8' });
    expect(names.filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('show no secret in their differences, neither the old nor the new one', async () => {
    const { layout, files, path } = await written();
    const changed = readFileSync(path(SECRET), 'utf8').replace(/Token=.*/, 'Token=hunter2');
    writeFileSync(path(SECRET), changed);
    writeFileSync(path('nodes/mq02/conf/users.properties'), 'me: hunter2, admin\n');
    rmSync(path('nodes/mq03/conf/credentials.properties'));
    const text = differences(await compareFiles(layout, files));
    for (const name of [
      SECRET,
      'nodes/mq02/conf/users.properties',
      'nodes/mq03/conf/credentials.properties',
    ]) {
      expect(text).toContain(name);
    }
    for (const secret of [...SECRETS, 'hunter2']) expect(text).not.toContain(secret);
  });

  it('keep the copy of a secret for its owner only', async () => {
    const { layout, files, path } = await written();
    appendFileSync(path(SECRET), 'mine=1\n');
    const { kept } = await writeFiles(layout, await compareFiles(layout, files), NOW);
    expect(kept).toHaveLength(1);
    expect(statSync(path(kept[0] ?? '')).mode & 0o777).toBe(0o600);
  });
});
