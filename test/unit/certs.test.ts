import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newCertificate } from '../../src/certificates/issue.js';
import type { CertificateList } from '../../src/operations/certificates/show.js';
import type { RenewResult } from '../../src/operations/certificates/renew.js';
import { packageRoot } from '../../src/lib/package.js';
import { Authority } from '../support/certificates.js';
import { temporaryDirectory } from '../support/temp.js';
import { errorOf, fakeJava, made, mqha } from './rig.js';
import { judged, config } from './scenes.js';

/** Java and mqha's own Java are not where the sources alone are looked at. */
const isBuilt = existsSync(join(packageRoot(), 'dist', 'java', 'mqha-java.jar'));
const env = { PATH: process.env.PATH ?? '' };

/** A cluster with TLS whose files were rendered. */
async function secured(): Promise<string> {
  const directory = temporaryDirectory();
  rmSync(directory, { recursive: true });
  const run = await mqha(['init', directory, '--tls']);
  expect(run.status).toBe(0);
  return directory;
}

const read = (...path: string[]) => readFileSync(join(...path), 'utf8');
const serialOf = (...path: string[]) => new X509Certificate(read(...path)).serialNumber;

describe('mqha certs', () => {
  it('is refused where there is no TLS', async () => {
    const directory = await made();
    for (const words of [['show'], ['renew'], ['client', 'shop'], ['export', 'shop', 'out']]) {
      const run = await mqha(['-C', directory, 'certs', ...words, '--json']);
      expect([run.status, errorOf(run).code]).toEqual([2, 'no-tls']);
    }
    expect(existsSync(join(directory, 'pki'))).toBe(false);
  });

  it('shows whose they are and until when, without keys', async () => {
    const directory = await secured();
    const run = await mqha(['-C', directory, 'certs', 'show', '--json']);
    const { certificates } = JSON.parse(run.stdout) as CertificateList;
    expect(certificates.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'authority cluster',
      'authority client',
      'mqha mqha',
      'zookeeper zookeeper',
      'node mq01',
      'node mq02',
      'node mq03',
    ]);
    expect(certificates[5]).toMatchObject({
      file: 'pki/nodes/mq02.pem',
      names: '127.0.0.1, 127.0.0.2, localhost',
      daysLeft: 364,
      state: 'valid',
    });
    expect(run.stdout).not.toContain('PRIVATE KEY');
    rmSync(join(directory, 'pki', 'nodes', 'mq02.pem'));
    const text = await mqha(['-C', directory, 'certs', 'show']);
    expect(text.stdout).toMatch(/mq02 +- +- +- +missing/);
    const ahead = new Authority().certify({ now: new Date(Date.now() + 7 * 86_400_000) });
    writeFileSync(join(directory, 'pki', 'nodes', 'mq02.pem'), ahead.certificate);
    const later = await mqha(['-C', directory, 'certs', 'show']);
    expect(later.stdout).toMatch(/mq02 .* not yet\n/);
  });

  it('renews all but the authorities, and goes on where it was ended', async () => {
    const directory = await secured();
    const pki = join(directory, 'pki');
    const before = ['authorities/cluster', 'mqha', 'nodes/mq01', 'nodes/mq02'].map((name) =>
      serialOf(pki, `${name}.pem`),
    );
    const run = await mqha(['-C', directory, 'certs', 'renew', '--json']);
    expect(JSON.parse(run.stdout)).toEqual({
      renewed: ['mqha', 'zookeeper', 'mq01', 'mq02', 'mq03'],
      restarted: [],
      resumed: false,
    } satisfies RenewResult);
    const after = ['authorities/cluster', 'mqha', 'nodes/mq01', 'nodes/mq02'].map((name) =>
      serialOf(pki, `${name}.pem`),
    );
    expect(after.map((serial, index) => serial === before[index])).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect(read(directory, 'nodes/mq02/conf/tls.pem')).toContain(
      read(pki, 'nodes/mq02.pem').trim(),
    );
    expect(existsSync(join(directory, '.mqha', 'renewal.json'))).toBe(false);
    // As an end after some of them has left it.
    writeFileSync(
      join(directory, '.mqha', 'renewal.json'),
      JSON.stringify({ began: new Date(Date.now() - 60_000).toISOString() }),
    );
    const old = new Date(Date.now() - 3_600_000);
    utimesSync(join(pki, 'nodes', 'mq03.pem'), old, old);
    const again = await mqha(['-C', directory, 'certs', 'renew', '--json']);
    expect(JSON.parse(again.stdout)).toEqual({
      renewed: ['mq03'],
      restarted: [],
      resumed: true,
    } satisfies RenewResult);
  });

  it('renews nothing with the key of another authority, and says which file is wrong', async () => {
    const directory = await secured();
    const pki = join(directory, 'pki', 'authorities');
    copyFileSync(join(pki, 'client.key'), join(pki, 'cluster.key'));
    const { status, stderr } = await mqha(['-C', directory, 'certs', 'renew']);
    expect(status).toBe(1);
    expect(stderr).toContain(
      'pki/authorities/cluster.key belongs to no certificate of its authority',
    );
    expect(stderr).toContain('hint: Restore pki/authorities/cluster.key');
    expect(existsSync(join(directory, '.mqha', 'renewal.json'))).toBe(false);
  });

  it('renews nothing without the key of the authority', async () => {
    const directory = await secured();
    rmSync(join(directory, 'pki', 'authorities', 'cluster.key'));
    const before = serialOf(directory, 'pki/nodes/mq01.pem');
    const run = await mqha(['-C', directory, 'certs', 'renew', '--json']);
    expect([run.status, errorOf(run).code]).toEqual([1, 'certificates-missing']);
    expect(serialOf(directory, 'pki/nodes/mq01.pem')).toBe(before);
  });

  it('makes one for an application, by the authority of applications, once', async () => {
    const directory = await secured();
    const run = await mqha(['-C', directory, 'certs', 'client', 'shop', '--json']);
    expect(JSON.parse(run.stdout)).toEqual({
      name: 'shop',
      certificate: 'pki/clients/shop.pem',
      key: 'pki/clients/shop.key',
      authority: 'pki/authorities/cluster.pem',
      made: true,
    });
    const leaf = new X509Certificate(read(directory, 'pki/clients/shop.pem'));
    const authority = (name: string) =>
      new X509Certificate(read(directory, `pki/authorities/${name}.pem`)).publicKey;
    expect(leaf.verify(authority('client'))).toBe(true);
    expect(leaf.verify(authority('cluster'))).toBe(false);
    expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    const again = await mqha(['-C', directory, 'certs', 'client', 'shop', '--json']);
    expect(JSON.parse(again.stdout)).toMatchObject({ made: false });
    for (const name of ['../nodes/mq01', 'a b', '']) {
      const refused = await mqha(['-C', directory, 'certs', 'client', name, '--json']);
      expect([refused.status, errorOf(refused).code]).toEqual([2, 'usage']);
    }
  });

  it.runIf(isBuilt)('exports it for Java as well, and overwrites nobody’s files', async () => {
    const directory = await secured();
    const missing = await mqha(['-C', directory, 'certs', 'export', 'shop', 'out', '--json']);
    expect(errorOf(missing).code).toBe('unknown-certificate');
    await mqha(['-C', directory, 'certs', 'client', 'shop']);
    const out = join(temporaryDirectory(), 'out');
    const run = await mqha(['-C', directory, 'certs', 'export', 'shop', out, '--json'], { env });
    expect(run.status).toBe(0);
    expect((statSync(out).mode & 0o777).toString(8)).toBe('700');
    for (const name of ['shop.key', 'keystore.p12', 'password']) {
      expect((statSync(join(out, name)).mode & 0o777).toString(8)).toBe('600');
    }
    const list = (store: string) =>
      execFileSync(
        'keytool',
        ['-list', '-keystore', join(out, store), '-storepass:file', join(out, 'password')],
        { encoding: 'utf8' },
      );
    expect(list('keystore.p12')).toMatch(/shop, .*PrivateKeyEntry/);
    expect(list('truststore.p12')).toMatch(/trustedCertEntry/);
    const again = await mqha(['-C', directory, 'certs', 'export', 'shop', out], { env });
    expect(again.status).toBe(0);
    writeFileSync(join(out, 'mine'), '');
    const refused = await mqha(['-C', directory, 'certs', 'export', 'shop', out, '--json'], {
      env,
    });
    expect(errorOf(refused).code).toBe('export-in-use');
  });
});

describe('a cluster directory with certificates', () => {
  it('has one of a new host when mqha.yaml names one', async () => {
    const directory = await secured();
    const file = join(directory, 'mqha.yaml');
    writeFileSync(
      file,
      read(file).replace('name: mq02, host: 127.0.0.1', 'name: mq02, host: 127.0.0.9'),
    );
    const run = await mqha(['-C', directory, 'render']);
    expect(run.stderr).toContain('made certificates: mq02');
    const leaf = new X509Certificate(read(directory, 'pki/nodes/mq02.pem'));
    expect(leaf.checkIP('127.0.0.9')).toBe('127.0.0.9');
  });

  it('is not where init makes another, and destroy leaves nothing of what mqha has made', async () => {
    const directory = await secured();
    const occupied = temporaryDirectory();
    mkdirSync(join(occupied, 'pki'));
    const refused = await mqha(['init', occupied, '--json']);
    expect(errorOf(refused).code).toBe('cluster-exists');
    expect((await mqha(['-C', directory, 'destroy', '--yes'])).status).toBe(0);
    expect(existsSync(join(directory, 'pki'))).toBe(false);
  });

  it('is kept by destroy where it holds a person’s own', async () => {
    const directory = await secured();
    const file = join(directory, 'mqha.yaml');
    writeFileSync(file, read(file).replace('tls: true', 'tls: { certificates: own }'));
    expect((await mqha(['-C', directory, 'render'])).status).toBe(0);
    expect((await mqha(['-C', directory, 'destroy', '--yes'])).status).toBe(0);
    expect(existsSync(join(directory, 'pki', 'nodes', 'mq01.key'))).toBe(true);
  });

  it('is refused where others can write it', async () => {
    const directory = await secured();
    chmodSync(join(directory, 'pki'), 0o777);
    const run = await mqha(['-C', directory, 'certs', 'show', '--json']);
    expect(errorOf(run).code).toBe('untrusted-directory');
    expect(errorOf(run).message).toContain('/pki');
  });

  it('changes nothing by render --check, and names what a person’s own lacks', async () => {
    const directory = await secured();
    const file = join(directory, 'mqha.yaml');
    writeFileSync(file, read(file).replace('tls: true', 'tls: { certificates: own }'));
    const authority = {
      certificate: read(directory, 'pki/authorities/client.pem'),
      key: read(directory, 'pki/authorities/client.key'),
    };
    const subject = { commonName: 'mq02', hosts: ['127.0.0.1'], purposes: ['server'] } as const;
    const wrong = newCertificate(subject, authority, new Date());
    writeFileSync(join(directory, 'pki/nodes/mq02.pem'), wrong.certificate);
    const before = read(directory, 'nodes/mq02/conf/tls.pem');
    const lines = ['render --check', 'up --dry-run', 'certs renew'];
    for (const words of lines.map((line) => line.split(' '))) {
      const refused = await mqha(['-C', directory, ...words, '--json'], {
        env: { JAVA_HOME: fakeJava('17.0.1') },
      });
      expect([words, errorOf(refused).code]).toEqual([words, 'certificates-missing']);
    }
    expect(read(directory, 'nodes/mq02/conf/tls.pem')).toBe(before);
    expect(existsSync(join(directory, '.mqha', 'renewal.json'))).toBe(false);
    const run = await mqha(['-C', directory, 'render', '--json']);
    expect(errorOf(run).code).toBe('certificates-missing');
    expect(errorOf(run).problems.map(({ path, message }) => `${path} ${message}`)).toEqual([
      'pki/nodes/mq02.pem does not name 127.0.0.2, localhost (subjectAltName; it names 127.0.0.1)',
      'pki/nodes/mq02.pem may not be used as that of a client (extendedKeyUsage clientAuth)',
      'pki/nodes/mq02.pem CN=mq02 was not certified by the authority',
      'pki/nodes/mq02.key does not belong to the certificate',
    ]);
  });
});

describe('a certificate that ends', () => {
  const tls = { clientCertificates: 'optional', certificates: 'generated' } as const;
  const of = { ...config, tls };
  const inDays = (days: number) => new Date(Date.now() + days * 86_400_000 + 60_000);
  const codes = (certificates: { who: string; end: Date }[]) =>
    judged({ of, certificates }).problems.filter(({ code }) => code.startsWith('certificate'));

  it('is spoken of thirty days before, and once for those with one end', () => {
    expect(codes([{ who: 'mq01', end: inDays(31) }])).toEqual([]);
    const [soon, ...others] = codes(['mq01', 'mqha'].map((who) => ({ who, end: inDays(29) })));
    expect(others).toEqual([]);
    expect(soon).toMatchObject({
      code: 'certificate-expires',
      severity: 'warning',
      node: null,
      hint: 'Run `mqha certs renew`, which restarts node by node.',
    });
    expect(soon?.message).toContain('the certificates of mq01, mqha expire in 29 days');
  });

  it('is an error once it has ended', () => {
    const [ended] = codes([{ who: 'mq02', end: inDays(-1) }]);
    expect(ended).toMatchObject({ code: 'certificate-expired', severity: 'error', node: 'mq02' });
  });

  it('of an authority is replaced otherwise', () => {
    expect(codes([{ who: 'cluster authority', end: inDays(3) }])[0]?.hint).toContain('remove pki/');
  });
});
