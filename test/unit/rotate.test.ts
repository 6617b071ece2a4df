import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:tls';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { newAuthority, newCertificate } from '../../src/certificates/issue.js';
import { rotateAccounts } from '../../src/operations/accounts/rotate.js';
import { render } from '../../src/operations/start/prepare.js';
import { Deadline } from '../../src/lib/time.js';
import { openCluster, thisHost, type Cluster } from '../../src/state/cluster.js';
import { readCredentials } from '../../src/state/identity.js';
import { listAccounts } from '../../src/operations/accounts/accounts.js';
import { made } from './rig.js';

const NAMES = ['app'];

/** A cluster that is stopped. @param onGrace called once while both passwords count */
async function stopped(directory: string, onGrace: () => void = () => undefined): Promise<Cluster> {
  const emit: Cluster['host']['emit'] = (event) => {
    if (event.type === 'account-step' && event.text.startsWith('old passwords count')) onGrace();
  };
  return openCluster(directory, thisHost({ emit }));
}

const rotate = (cluster: Cluster, graceMs = 0) =>
  rotateAccounts(cluster, { names: NAMES, graceMs, timeoutMs: 5000 });

const passwordIn = async ({ layout }: Cluster) =>
  (await readCredentials(layout))?.accounts?.app?.password ?? '';

describe('a rotation that ends before all files are without the old password', () => {
  /** In the place of a file of mq02, nothing can be written there. */
  async function interrupted() {
    const directory = await made();
    const before = (name: string) =>
      join(directory, 'nodes', name, 'conf', 'users-before.properties');
    let kept = '';
    const cluster = await stopped(directory, () => {
      kept = readFileSync(before('mq02'), 'utf8');
      rmSync(before('mq02'));
      mkdirSync(before('mq02'));
    });
    const old = await passwordIn(cluster);
    await expect(rotate(cluster, 1)).rejects.toThrow();
    rmSync(before('mq02'), { recursive: true });
    writeFileSync(before('mq02'), kept);
    const texts = () =>
      ['mq01', 'mq02', 'mq03'].map((name) => readFileSync(before(name), 'utf8')).join('\n');
    return { directory, old, texts };
  }

  it('is brought to its end by another call, which changes no password once more', async () => {
    const { directory, old, texts } = await interrupted();
    const cluster = await stopped(directory);
    const now = await passwordIn(cluster);
    expect(now).not.toBe(old);
    expect(texts()).toContain(old);
    const { accounts } = await listAccounts(cluster);
    expect(accounts.find(({ name }) => name === 'app')?.state).toBe('rotating');
    expect(await rotate(cluster)).toMatchObject({ rotated: [], resumed: NAMES });
    expect(await passwordIn(cluster)).toBe(now);
    expect(texts()).not.toContain(old);
    expect(await rotate(cluster)).toMatchObject({ rotated: NAMES, resumed: [] });
  });

  it('leaves the old password in no file that is rendered after it', async () => {
    const { directory, old, texts } = await interrupted();
    await render(await stopped(directory), false, Deadline.in(5000));
    expect(texts()).not.toContain(old);
  });
});

describe('a rotation while brokers cannot be asked', () => {
  it('is refused before a password is another', async () => {
    const directory = await made({ tls: true });
    const cluster = await stopped(directory);
    const [node] = cluster.config.nodes;
    // As a broker whose certificate has ended: who connects does not take it.
    const authority = newAuthority('another', new Date());
    const subject = { commonName: 'mq01', hosts: ['127.0.0.1'], purposes: ['server' as const] };
    const { certificate, key } = newCertificate(subject, authority, new Date());
    const server = createServer({ cert: certificate, key });
    server.on('tlsClientError', () => undefined);
    server.listen(node?.messagePort, node?.host);
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const file = join(directory, '.mqha', 'credentials.json');
    const was = readFileSync(file, 'utf8');
    await expect(rotate(cluster)).rejects.toMatchObject({
      code: 'rotation-refused',
      message: expect.stringContaining('is none of this cluster') as string,
      hint: expect.stringContaining('No password was changed') as string,
    });
    expect(readFileSync(file, 'utf8')).toBe(was);
  });
});
