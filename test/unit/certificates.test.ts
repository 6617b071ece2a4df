import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import {
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureCertificates } from '../../src/certificates/ensure.js';
import { faultsOf } from '../../src/certificates/faults.js';
import { certificatePaths, type CertifiedKey } from '../../src/certificates/files.js';
import { newAuthority, newCertificate } from '../../src/certificates/issue.js';
import { certificatesIn, keyOf } from '../../src/certificates/pem.js';
import { sharedFaults } from '../../src/certificates/own.js';
import { readCertificates } from '../../src/certificates/read.js';
import { layoutOf, type Layout } from '../../src/config/layout.js';
import type { ClusterConfig } from '../../src/config/schema.js';
import { securedConfig as secured } from './scenes.js';

const NOW = new Date('2026-11-30T12:00:00Z');
const later = (days: number) => new Date(NOW.getTime() + days * 86_400_000);

const own: ClusterConfig = {
  ...secured,
  tls: { clientCertificates: 'optional', certificates: 'own' },
};

let layout: Layout;
beforeEach(async () => {
  layout = layoutOf(await mkdtemp(join(tmpdir(), 'mqha-pki-')));
});
afterEach(async () => {
  await rm(layout.directory, { recursive: true, force: true });
});

const context = (config = secured, now = NOW, isHere: (host: string) => boolean = () => true) => ({
  layout,
  config,
  now,
  isHere,
});
const ensure = (config = secured, now = NOW) => ensureCertificates(context(config, now));
const certificateAt = async (file: string) => new X509Certificate(await readFile(file));

async function contents(): Promise<Record<string, string>> {
  const names = await readdir(layout.pki, { recursive: true, withFileTypes: true });
  const files = names.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
  const read = files.map(async (file) => [file, await readFile(file, 'utf8')] as const);
  return Object.fromEntries(await Promise.all(read));
}

describe('certificates that mqha makes', () => {
  it('are made once, for every node, ZooKeeper and mqha, by two authorities', async () => {
    expect(await ensure()).toEqual([
      'cluster authority',
      'client authority',
      'mqha',
      'zookeeper',
      'mq01',
      'mq02',
      'mq03',
    ]);
    const before = await contents();
    expect(await ensure()).toEqual([]);
    expect(await contents()).toEqual(before);
    const paths = certificatePaths(layout);
    const authority = await certificateAt(paths.clusterAuthority.certificate);
    const client = await certificateAt(paths.clientAuthority.certificate);
    expect(authority.ca).toBe(true);
    expect(new Date(authority.validTo) > later(3650)).toBe(true);
    for (const files of [paths.node('mq02'), paths.zookeeper, paths.mqha]) {
      const leaf = await certificateAt(files.certificate);
      expect(leaf.ca).toBe(false);
      expect(leaf.verify(authority.publicKey) && leaf.checkIssued(authority)).toBe(true);
      expect(leaf.verify(client.publicKey)).toBe(false);
      expect(leaf.checkPrivateKey(createPrivateKey(await readFile(files.key)))).toBe(true);
      expect(new Date(leaf.validFrom)).toEqual(new Date('2026-11-30T11:00:00Z'));
      expect(new Date(leaf.validTo)).toEqual(later(365));
    }
    const node = await certificateAt(paths.node('mq02').certificate);
    expect(node.subjectAltName).toBe('IP Address:127.0.0.1, IP Address:127.0.0.2, DNS:localhost');
    expect(node.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
    expect((await certificateAt(paths.mqha.certificate)).keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
  });

  it('have serial numbers that nobody guesses, and keys for nobody else', async () => {
    await ensure();
    const paths = certificatePaths(layout);
    const serials = await Promise.all(
      [paths.node('mq01'), paths.node('mq02'), paths.clusterAuthority].map(
        async ({ certificate }) => (await certificateAt(certificate)).serialNumber,
      ),
    );
    expect(new Set(serials.map((one) => one.length))).toEqual(new Set([32]));
    expect(new Set(serials).size).toBe(3);
    const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);
    expect(await modeOf(layout.pki)).toBe('700');
    expect(await modeOf(paths.clusterAuthority.key)).toBe('600');
    expect(await modeOf(paths.node('mq01').key)).toBe('600');
  });

  it('are made again where they do not fit: of another host, without a key, expired', async () => {
    await ensure();
    const { node, mqha } = certificatePaths(layout);
    const moved = {
      ...secured,
      nodes: secured.nodes.map((one) => (one.name === 'mq02' ? { ...one, host: 'hostb' } : one)),
    };
    expect(await ensure(moved)).toEqual(['mq02']);
    expect((await certificateAt(node('mq02').certificate)).checkHost('hostb')).toBe('hostb');
    await rm(mqha.key);
    await copyFile(node('mq01').key, node('mq03').key);
    expect(await ensure(moved)).toEqual(['mqha', 'mq03']);
    expect(await ensure(moved, later(366))).toEqual(['mqha', 'zookeeper', 'mq01', 'mq02', 'mq03']);
  });

  it.each([
    ['before the certificate of the authority', ['authorities/cluster.key']],
    ['before the second authority', ['authorities/cluster.key', 'authorities/cluster.pem']],
    [
      'before the certificate of mqha',
      [
        'authorities/cluster.key',
        'authorities/cluster.pem',
        'authorities/client.key',
        'authorities/client.pem',
        'mqha.key',
      ],
    ],
  ])('are put right after an end %s', async (_, left) => {
    await ensure();
    const keep = new Set(left.map((name) => join(layout.pki, name)));
    for (const file of Object.keys(await contents())) if (!keep.has(file)) await rm(file);
    await ensure();
    expect(await ensure()).toEqual([]);
    const { clusterAuthority } = certificatePaths(layout);
    const authority = await certificateAt(clusterAuthority.certificate);
    expect(authority.checkPrivateKey(createPrivateKey(await readFile(clusterAuthority.key)))).toBe(
      true,
    );
  });

  it('are used without the key of the authority, until one would have to be made', async () => {
    await ensure();
    const { clusterAuthority, node } = certificatePaths(layout);
    await rm(clusterAuthority.key);
    expect(await ensure()).toEqual([]);
    await rm(node('mq02').certificate);
    await rm(node('mq03').key);
    const before = await contents();
    await expect(ensure()).rejects.toMatchObject({
      code: 'certificates-missing',
      message: expect.stringMatching(
        /2 problems[^]*mq02\.pem is not there[^]*mq03\.key is not there/,
      ) as unknown,
      hint: expect.stringContaining('copy pki/') as unknown,
    });
    expect(await contents()).toEqual(before);
  });

  it('of other machines may be absent', async () => {
    const hosts = secured.nodes.map((one) => ({ ...one, host: `host-${one.name}` }));
    const wide = { ...secured, nodes: hosts };
    await ensure(wide);
    const { clusterAuthority, node } = certificatePaths(layout);
    await rm(clusterAuthority.key);
    await rm(node('mq02').certificate);
    const here = context(wide, NOW, (host) => host !== 'host-mq02');
    expect(await ensureCertificates(here)).toEqual([]);
    expect(Object.keys((await readCertificates(here)).nodes)).toEqual(['mq01', 'mq03']);
    await expect(ensureCertificates(context(wide))).rejects.toThrow('mq02.pem is not there');
  });

  it('are not certified by another authority where the former is gone', async () => {
    await ensure();
    const { clusterAuthority } = certificatePaths(layout);
    await rm(clusterAuthority.certificate);
    const before = await contents();
    await expect(ensure()).rejects.toThrow('pki/authorities/cluster.pem is not there');
    expect(await contents()).toEqual(before);
  });

  it('are named where the key of the authority is that of another', async () => {
    await ensure();
    const { clusterAuthority, clientAuthority, node } = certificatePaths(layout);
    await copyFile(clientAuthority.key, clusterAuthority.key);
    await rm(node('mq01').key);
    await expect(ensure()).rejects.toMatchObject({
      code: 'certificates-missing',
      message:
        'no certificate can be made: pki/authorities/cluster.key belongs to no certificate of its authority',
      hint: expect.stringContaining('Restore pki/authorities/cluster.key and') as unknown,
    });
    await writeFile(clusterAuthority.key, 'garbage');
    await expect(ensure()).rejects.toThrow(
      /certificate can be made: pki\/authorities\/cluster\.key cannot be used: /,
    );
  });
});

describe('certificates that a person brings', () => {
  /** As a company makes them: an authority, one below it, keys as OpenSSL writes them. */
  async function bring(): Promise<void> {
    await ensure();
    await rm(certificatePaths(layout).clusterAuthority.key);
    await rm(certificatePaths(layout).clientAuthority.key);
  }

  it('are taken as they are, and nothing is written', async () => {
    await bring();
    const before = await contents();
    expect(await ensure(own)).toEqual([]);
    expect(await contents()).toEqual(before);
  });

  it('are refused with every problem at once', async () => {
    await bring();
    const { node, mqha, zookeeper, clientAuthority } = certificatePaths(layout);
    const foreign = newAuthority('foreign', NOW);
    const of = (hosts: string[], purposes: ('server' | 'client')[], by: CertifiedKey = foreign) =>
      newCertificate({ commonName: 'x', hosts, purposes }, by, NOW);
    const strange = of(['127.0.0.1', 'localhost', '127.0.0.2'], ['server', 'client']);
    await writeFile(node('mq02').certificate, strange.certificate);
    await writeFile(node('mq02').key, strange.key);
    await rm(mqha.key);
    await writeFile(zookeeper.key, 'no key');
    await writeFile(clientAuthority.certificate, 'nothing');
    const found: unknown = await ensure(own).catch((error: unknown) => error);
    expect(found).toMatchObject({
      code: 'certificates-missing',
      problems: [
        { path: 'pki/authorities/client.pem', message: 'holds no certificate as PEM' },
        { path: 'pki/mqha.key', message: 'is not there' },
        {
          path: 'pki/zookeeper.key',
          message: expect.stringContaining('no private key as PEM') as unknown,
        },
        { path: 'pki/nodes/mq02.pem', message: 'CN=x was not certified by the authority' },
      ],
    });
  });

  it('are refused where an application would be a member: one authority for both, or one by the other', async () => {
    await bring();
    const { clusterAuthority, clientAuthority } = certificatePaths(layout);
    const cluster = await readFile(clusterAuthority.certificate, 'utf8');
    const client = await readFile(clientAuthority.certificate, 'utf8');
    await writeFile(clientAuthority.certificate, `${client}${cluster}`);
    await expect(ensure(own)).rejects.toMatchObject({
      problems: [
        {
          path: 'pki/authorities/client.pem',
          message: expect.stringMatching(
            /^CN=.* cluster authority .* is the authority of the cluster as well: .*could be a broker/,
          ) as unknown,
        },
      ],
    });
    const root = newAuthority('root', NOW);
    const below = newCertificate({ commonName: 'below', hosts: [], purposes: [] }, root, NOW);
    expect(sharedFaults(below.certificate, root.certificate)).toEqual([
      expect.stringMatching(/^CN=below was certified by the authority of the cluster: /),
    ]);
    expect(sharedFaults(client, cluster)).toEqual([]);
  });

  it('are refused where every user can read a key, and not where its directory is closed', async () => {
    await bring();
    const { node } = certificatePaths(layout);
    await chmod(node('mq02').key, 0o644);
    expect(await ensure(own)).toEqual([]);
    for (const path of [layout.directory, layout.pki, dirname(node('mq02').key)]) {
      await chmod(path, 0o755);
    }
    await expect(ensure(own)).rejects.toMatchObject({
      problems: [
        {
          path: 'pki/nodes/mq02.key',
          message: 'can be read by every user of this machine: `chmod o-r` it',
        },
      ],
    });
    await chmod(node('mq02').key, 0o600);
    expect(await ensure(own)).toEqual([]);
  });

  it('say what is wrong with one: name, use, time, key', () => {
    const authority = newAuthority('a', NOW);
    const subject = {
      commonName: 'x',
      hosts: ['hosta', '10.0.0.1'],
      purposes: ['server', 'client'],
    } as const;
    const good = newCertificate(subject, authority, NOW);
    const judge = (pair: CertifiedKey, now = NOW) =>
      faultsOf(pair, authority.certificate, subject, now);
    expect(judge(good)).toEqual({ certificate: [], key: [] });
    expect(judge(good, later(366)).certificate).toEqual([
      'CN=x has expired at 2027-11-30T12:00:00.000Z',
    ]);
    expect(judge(good, later(-1)).certificate).toContain(
      'CN=x does not count before 2026-11-30T11:00:00.000Z',
    );
    const other = newCertificate(
      { ...subject, hosts: ['hostb'], purposes: ['client'] },
      authority,
      NOW,
    );
    expect(judge({ ...other, key: good.key })).toEqual({
      certificate: [
        'does not name hosta, 10.0.0.1 (subjectAltName; it names hostb)',
        'may not be used as that of a server (extendedKeyUsage serverAuth)',
      ],
      key: ['does not belong to the certificate'],
    });
    const encrypted = createPrivateKey(good.key)
      .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
      .toString();
    expect(judge({ ...good, key: encrypted }).key[0]).toContain('encrypted with a password');
  });

  it('are refused in an order that Java does not take: each must have certified the one before it', () => {
    const authority = newAuthority('a', NOW);
    const unrelated = newAuthority('unrelated', NOW);
    const subject = { commonName: 'x', hosts: [], purposes: ['client'] } as const;
    const good = newCertificate(subject, authority, NOW);
    const judge = (...chain: string[]) =>
      faultsOf({ ...good, certificate: chain.join('') }, authority.certificate, subject, NOW);
    expect(judge(good.certificate, authority.certificate).certificate).toEqual([]);
    const faults = judge(good.certificate, unrelated.certificate).certificate;
    expect(faults).toEqual([
      expect.stringMatching(/^holds CN=unrelated \w+ behind CN=x, which it has not certified$/),
    ]);
    const behind = judge(good.certificate, authority.certificate, unrelated.certificate);
    expect(behind.certificate).toEqual([
      expect.stringMatching(/^holds CN=unrelated \w+ behind CN=a \w+, which it has not/),
    ]);
  });

  it('are given to Java as PKCS #8', () => {
    const { key } = newAuthority('a', NOW);
    const sec1 = createPrivateKey(key).export({ type: 'sec1', format: 'pem' }).toString();
    expect(sec1).toContain('BEGIN EC PRIVATE KEY');
    expect(keyOf(sec1)).toBe(key);
  });

  it('are never longer trusted than their authority', () => {
    const authority = newAuthority('a', later(-3500));
    const made = newCertificate(
      { commonName: 'x', hosts: [], purposes: ['client'] },
      authority,
      NOW,
    );
    const [ca] = certificatesIn(authority.certificate);
    const [leaf] = certificatesIn(made.certificate);
    expect(leaf?.validTo).toBe(ca?.validTo);
  });
});

it('reads what is not made yet as empty, and makes nothing', async () => {
  const read = await readCertificates(context());
  expect(read.clusterAuthority).toBe('');
  expect(read.nodes.mq01).toEqual({ certificate: '', key: '' });
  expect(existsSync(layout.pki)).toBe(false);
  await mkdir(layout.pki);
  await chmod(layout.pki, 0o755);
  await ensure();
  expect(((await stat(layout.pki)).mode & 0o777).toString(8)).toBe('700');
  const made = await readCertificates(context());
  expect(made.nodes.mq01?.certificate).toContain('BEGIN CERTIFICATE');
  expect(made.zookeeper?.key).toContain('BEGIN PRIVATE KEY');
});
