import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rendered } from '../../src/certificates/files.js';
import { renderedFault } from '../../src/certificates/rendered-fault.js';
import { observeNode } from '../../src/observe/observe-node.js';
import { found, valueOf } from '../../src/observe/reading.js';
import { openCluster, thisHost } from '../../src/state/cluster.js';
import { settingMarkers } from '../../src/stores/settings.js';
import { layoutOf } from '../../src/config/layout.js';
import { Deadline } from '../../src/lib/time.js';
import { Authority, LONG_AGO } from '../support/certificates.js';
import { temporaryDirectory } from '../support/temp.js';
import { made } from './rig.js';

const NOW = new Date();

/** The files of a broker. */
function broker() {
  const directories = layoutOf(temporaryDirectory()).node('mq01');
  mkdirSync(directories.conf, { recursive: true });
  const authority = new Authority();
  const write = (text: string) => {
    writeFileSync(rendered(directories), text);
  };
  writeFileSync(join(directories.conf, 'cluster-ca.pem'), authority.own.certificate);
  return { directories, authority, write, fault: () => renderedFault(directories, NOW) };
}

describe('the certificate that a broker is started with', () => {
  it('can be used where key, authority and time fit', async () => {
    const { authority, write, fault } = broker();
    const { certificate, key } = authority.certify();
    write(`${key}${certificate}`);
    expect(await fault()).toBeUndefined();
  });

  it('cannot be used where it is not there, or holds nothing', async () => {
    const { write, fault } = broker();
    expect(await fault()).toBe('is not there');
    write('nothing');
    expect(await fault()).toBe('holds no certificate as PEM');
  });

  it('cannot be used where it has ended', async () => {
    const { authority, write, fault } = broker();
    const { certificate, key } = authority.certify({ now: LONG_AGO });
    write(`${key}${certificate}`);
    expect(await fault()).toMatch(/has expired at \d{4}-/);
  });

  it('cannot be used where the key is that of another, or is missing', async () => {
    const { authority, write, fault } = broker();
    const { certificate } = authority.certify();
    write(`${authority.certify().key}${certificate}`);
    expect(await fault()).toBe('has a key that does not belong to the certificate');
    write(certificate);
    expect(await fault()).toContain('has a key that cannot be used: it is no private key as PEM');
  });

  it('cannot be used where another authority has certified it', async () => {
    const { directories, write, fault } = broker();
    const { certificate, key } = new Authority('another').certify();
    write(`${key}${certificate}`);
    expect(await fault()).toContain('was not certified by the authority');
    rmSync(rendered(directories));
    mkdirSync(rendered(directories));
    expect(await fault()).toContain('cannot be read: ');
  });
});

describe('a look at a broker', () => {
  it.each([true, false])('reads its certificate where it speaks TLS: %s', async (tls) => {
    const cluster = await openCluster(await made({ tls }), thisHost({}));
    const { config, layout } = cluster;
    const [node] = config.nodes;
    if (!node) throw new Error('there is no node');
    const argv = settingMarkers(config, node.name);
    const process = found({ pid: 1, startTime: '1', argv, suspended: false }, 0);
    const look = async () => {
      const running = Promise.resolve(process);
      return (await observeNode(cluster, node, running, Deadline.in(5000))).certificate;
    };
    const fine = await look();
    expect('value' in fine && fine.value).toBeUndefined();
    rmSync(rendered(layout.node(node.name)), { force: true });
    expect(valueOf(await look())).toBe(tls ? 'is not there' : undefined);
  });
});
