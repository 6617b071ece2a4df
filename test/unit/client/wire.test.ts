import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { isConnectedToItself, Wire } from '../../../src/client/wire.js';
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
  expect(await Wire.open(await closed(), undefined)).toBeUndefined();
  const wire = await Wire.open(await silent(), undefined);
  await wire?.end(50);
  await wire?.closed;
  expect(wire?.openAt).toBeUndefined();
  expect(wire?.lostAt).toBeGreaterThanOrEqual(wire?.acceptedAt ?? Infinity);
});

it('gives up a broker that has been silent for twice the time it was told', async () => {
  const wire = await Wire.open(await silent(), undefined, 50);
  await wire?.closed;
  expect(wire?.lostAt).toBeDefined();
});
