import { argument, command } from '../definition.js';
import { timeout, yes } from '../options.js';
import { START_TIMEOUT_MS } from '../timeouts.js';

const parent = { name: 'certs', summary: 'the certificates of a cluster with TLS' } as const;

const LOCK_MS = 60_000;

export const certsShow = command({
  name: 'show',
  parent,
  group: 'integrate',
  summary: 'the certificates, whom they are of, and until when they count',
  details:
    'The certificates of the cluster: whose, by which authority, for which hosts, and until when.',
});

export const certsRenew = command({
  name: 'renew',
  parent,
  group: 'integrate',
  summary: 'new certificates for brokers, ZooKeeper and mqha, node by node',
  details:
    'Makes new certificates and keys of brokers, ZooKeeper and mqha by the authority that is there, and restarts brokers that run, node by node, the master last. Your own certificates (`certificates: own`) are taken into use as they are in `pki/`. Run it again where it was interrupted.',
  options: { timeout: timeout(START_TIMEOUT_MS, { more: 'for each' }), yes },
});

export const certsClient = command({
  name: 'client',
  parent,
  group: 'integrate',
  summary: 'a certificate for an application',
  details:
    'Makes a certificate for an application, by an authority that brokers trust as clients only. One that counts stays as it is.',
  arguments: { name: argument('<name>') },
  options: {
    timeout: timeout(LOCK_MS, { description: 'how long to wait for another mqha at work' }),
  },
});

export const certsExport = command({
  name: 'export',
  parent,
  group: 'integrate',
  summary: 'the certificate of an application as files for it',
  details:
    'Writes what an application needs into a directory: certificate, key and the authority of brokers as PEM, and the same as PKCS #12 for Java, with a password.',
  arguments: { name: argument('<name>'), directory: argument('<dir>', { offer: 'directory' }) },
  examples: [
    {
      command: 'mqha certs client shop && mqha certs export shop ./shop-tls',
      does: 'files for the application shop',
    },
  ],
});
