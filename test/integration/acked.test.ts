import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ClientSettings } from '../../src/clients/client-settings.js';
import { cachedDistribution } from '../../src/distribution/install.js';
import { packageRoot } from '../../src/lib/package.js';
import { startedCluster, type TestCluster } from '../support/cluster.js';
import { java, Program } from '../support/examples.js';

const LIMIT_MS = 90_000;
const EVEN = Array.from({ length: 10 }, (_, index) => 2 * index + 2).join(' ');

let cluster: TestCluster;
let settings: ClientSettings;

/** A client that speaks JMS, compiled when it is started. */
async function client(what: 'leave' | 'take' | 'later'): Promise<Program> {
  const distribution = await cachedDistribution({ env: process.env });
  if (!distribution) throw new Error('there is no distribution');
  const brokers = settings.brokers.map(({ url }) => url).join(',');
  return Program.start(
    cluster,
    [
      java,
      '-cp',
      distribution.classPath().join(delimiter),
      join(packageRoot(), 'test', 'support', 'Acked.java'),
      `failover:(${brokers})?maxReconnectAttempts=100`,
      what,
    ],
    { USERNAME: settings.username ?? '', PASSWORD: settings.password ?? '' },
  );
}

/** What a client says until its end. */
async function said(what: 'take' | 'later'): Promise<readonly string[]> {
  const program = await client(what);
  await program.succeeds(LIMIT_MS);
  return program.lines.map((line) => line.trim()).filter((line) => !line.startsWith('SLF4J'));
}

async function failOver(): Promise<void> {
  await cluster.json('kill', 'master');
  await cluster.json('up');
}

beforeAll(async () => {
  ({ cluster, settings } = await startedCluster());
});

afterAll(async () => {
  await cluster.remove();
});

it('has prepared branches and what subscriptions have not acknowledged after a kill of the master', async () => {
  const left = await client('leave');
  await left.until((lines) => lines.find((line) => line.includes('left')), LIMIT_MS);
  // The master does not learn of the client's end. The client must not connect again: it would take what
  // comes again in a session with individual acknowledgement for duplicates, and acknowledge that as poison.
  left.suspend();
  await cluster.json('kill', 'master');
  await left.end(0);
  await cluster.json('up');
  expect(await said('take')).toEqual([
    'recovered ack both send undone waits',
    `selective ${EVEN}`,
    `single ${EVEN}`,
    `late ${EVEN}`,
    'in 6 7',
    'out',
    'in 3 4 6 7',
    'out a b c',
  ]);
  await failOver();
  expect(await said('later')).toEqual([
    'recovered waits',
    'in 3 4 6 7',
    'in 3 4 6 7',
    'out a b c e',
  ]);
});
