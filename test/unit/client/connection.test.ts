import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { tryOpen } from '../../../src/clients/amqp/try-open.js';
import type { Account, Broker } from '../../../src/clients/brokers.js';
import { isConnectedToItself, AmqpConnection } from '../../../src/clients/amqp/connection.js';
import { Deadline } from '../../../src/lib/time.js';
import { closed, peer, silent } from './peer.js';

it('tells a socket that the kernel has connected to itself', async () => {
  const { host, port } = await closed();
  const itself = connect({ host, port, localAddress: host, localPort: port });
  onTestFinished(() => void itself.destroy());
  await once(itself, 'connect');
  expect(isConnectedToItself(itself)).toBe(true);
  const { broker } = await peer();
  const other = connect({ host: broker.host, port: broker.port });
  onTestFinished(() => void other.destroy());
  await once(other, 'connect');
  expect(isConnectedToItself(other)).toBe(false);
});

it('is refused by a closed port, and ends within a limit where nobody answers', async () => {
  expect(await AmqpConnection.open(await closed(), undefined)).toBeUndefined();
  const wire = await AmqpConnection.open(await silent(), undefined);
  await wire?.end(50);
  await wire?.closed;
  expect(wire?.openAt).toBeUndefined();
  expect(wire?.lostAt).toBeGreaterThanOrEqual(wire?.acceptedAt ?? Infinity);
});

it('gives up a broker that has been silent for twice the time it was told', async () => {
  const wire = await AmqpConnection.open(await silent(), undefined, 50);
  await wire?.closed;
  expect(wire?.lostAt).toBeDefined();
});

it('says why a client was not let in', async () => {
  const tried = async ({ host, port }: Broker, account?: Account) =>
    tryOpen({ host, port }, account, Deadline.in(300));
  const account = { username: 'ada', password: 'right' };
  const { broker } = await peer({ account });
  expect(await tried(broker, account)).toEqual({ open: true });
  const wrong = await tried(broker, { ...account, password: 'wrong' });
  expect(wrong).toMatchObject({ reason: expect.stringContaining('authenticate') as unknown });
  expect(await tried(await closed())).toMatchObject({ reason: 'the connection was refused' });
  expect(await tried(await silent())).toMatchObject({ open: false, reason: 'no answer' });
});
