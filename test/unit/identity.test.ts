import { copyFile, readFile, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureCertificates } from '../../src/certificates/ensure.js';
import { certificatePaths } from '../../src/certificates/files.js';
import { identityOf } from '../../src/certificates/identity.js';
import { newCertificate } from '../../src/certificates/issue.js';
import { certificatesIn } from '../../src/certificates/pem.js';
import { layoutOf, type Layout } from '../../src/config/layout.js';
import { packageRoot } from '../../src/lib/package.js';
import { temporaryDirectory } from '../support/temp.js';
import { securedConfig } from './scenes.js';

describe('the identity of mqha', () => {
  let layout: Layout;
  beforeEach(async () => {
    layout = layoutOf(temporaryDirectory());
    await ensureCertificates({
      layout,
      config: securedConfig,
      now: new Date(),
      isHere: () => true,
    });
  });

  const closing: (() => void)[] = [];
  afterEach(() => {
    for (const close of closing.splice(0)) close();
  });

  async function serverOf(name: string): Promise<number> {
    const { clusterAuthority, node } = certificatePaths(layout);
    const read = (file: string) => readFile(file, 'utf8');
    const server = createServer({
      cert: await read(node(name).certificate),
      key: await read(node(name).key),
      ca: await read(clusterAuthority.certificate),
      requestCert: true,
      rejectUnauthorized: true,
    });
    server.on('secureConnection', (socket) => socket.end('in'));
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => server.close());
    return (server.address() as AddressInfo).port;
  }

  function answer(socket: TLSSocket): Promise<string> {
    return new Promise((resolve) => {
      let text = '';
      socket.setEncoding('utf8').on('data', (data: string) => {
        text += data;
      });
      socket.on('error', (error: Error) => {
        resolve(error.message);
      });
      socket.on('close', () => {
        resolve(text);
      });
    });
  }

  it('is let in, and no application', async () => {
    const port = await serverOf('mq01');
    const secureContext = identityOf(layout).context();
    expect(await answer(connect({ port, host: '127.0.0.1', secureContext }))).toBe('in');
    const { clientAuthority, clusterAuthority } = certificatePaths(layout);
    const authority = {
      certificate: await readFile(clientAuthority.certificate, 'utf8'),
      key: await readFile(clientAuthority.key, 'utf8'),
    };
    const app = newCertificate(
      { commonName: 'app', hosts: [], purposes: ['client'] },
      authority,
      new Date(),
    );
    const ca = await readFile(clusterAuthority.certificate, 'utf8');
    const refused = connect({ port, host: '127.0.0.1', ca, cert: app.certificate, key: app.key });
    expect(await answer(refused)).not.toContain('in');
  });

  it('trusts an authority that another has certified, without that', async () => {
    const file = join(packageRoot(), 'test', 'support', 'authority-below.pem');
    const text = await readFile(file, 'utf8');
    const [authority = '', cert = ''] = certificatesIn(text).map(String);
    await writeFile(certificatePaths(layout).clusterAuthority.certificate, authority);
    const server = createServer({ cert, key: text }, (socket) => socket.end('in'));
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => server.close());
    const { port } = server.address() as AddressInfo;
    const secureContext = identityOf(layout).context();
    expect(await answer(connect({ port, host: '127.0.0.1', secureContext }))).toBe('in');
  });

  it('goes on as it was while a renewal is half written', async () => {
    const identity = identityOf(layout);
    const before = identity.context();
    const { mqha, node } = certificatePaths(layout);
    await copyFile(node('mq01').key, mqha.key);
    expect(identity.context()).toBe(before);
    expect(() => identityOf(layout).context()).toThrow('the certificate of mqha cannot be used');
    await copyFile(node('mq01').certificate, mqha.certificate);
    expect(identity.context()).not.toBe(before);
  });
});
