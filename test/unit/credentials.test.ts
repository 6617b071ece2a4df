import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { layoutOf, type Layout } from '../../src/config/layout.js';
import { ensureCredentials, readCredentials, zookeeperPassword } from '../../src/state/identity.js';
import { temporaryDirectory } from '../support/temp.js';

const EARLIER = { username: 'u', password: 'p', securityToken: 'the token of all machines' };

/** A cluster with this file; without one none was generated yet. */
function written(content?: object): Layout {
  const layout = layoutOf(temporaryDirectory());
  mkdirSync(layout.state);
  if (content) writeFileSync(file(layout), JSON.stringify(content), { mode: 0o600 });
  return layout;
}

const file = ({ state }: Layout) => join(state, 'credentials.json');

describe('the password for ZooKeeper', () => {
  it('is made with the account, stays, and is for the owner alone', async () => {
    const layout = written();
    const made = await ensureCredentials(layout, [], false);
    expect(made.zookeeperPassword).toMatch(/^[0-9a-f]{48}$/);
    expect(await ensureCredentials(layout, [], false)).toEqual(made);
    expect(await zookeeperPassword(layout)).toBe(made.zookeeperPassword);
    expect(statSync(file(layout)).mode & 0o777).toBe(0o600);
  });

  it('is added to what an earlier mqha has made, which stays', async () => {
    const layout = written({ ...EARLIER, more: 1 });
    expect(await zookeeperPassword(layout)).toBeUndefined();
    const made = await ensureCredentials(layout, [], false);
    expect(JSON.parse(readFileSync(file(layout), 'utf8'))).toMatchObject({ ...EARLIER, more: 1 });
    const other = await ensureCredentials(written(EARLIER), [], false);
    expect(other.zookeeperPassword).not.toBe(made.zookeeperPassword);
  });

  it('is the same on each machine of such a cluster, and another for another token', async () => {
    const [first, second, third] = await Promise.all([
      ensureCredentials(written(EARLIER), [], true),
      ensureCredentials(written(EARLIER), [], true),
      ensureCredentials(written({ ...EARLIER, securityToken: 'another' }), [], true),
    ]);
    expect(second.zookeeperPassword).toBe(first.zookeeperPassword);
    expect(third.zookeeperPassword).not.toBe(first.zookeeperPassword);
  });

  it('may be given, in characters that no file needs to escape', async () => {
    const given = { ...EARLIER, zookeeperPassword: 'one_that.was-given~1' };
    expect((await ensureCredentials(written(given), [], true)).zookeeperPassword).toBe(
      given.zookeeperPassword,
    );
    for (const zookeeperPassword of ['short', 'with a blank', 'with:colon1', 'line\nbreak1']) {
      const layout = written({ ...EARLIER, zookeeperPassword });
      await expect(readCredentials(layout)).rejects.toMatchObject({ code: 'state-damaged' });
    }
  });
});
