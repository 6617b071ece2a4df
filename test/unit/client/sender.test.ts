import { describe, expect, it, onTestFinished } from 'vitest';
import type { ClientOptions } from '../../../src/client/brokers.js';
import { QueueSender } from '../../../src/client/sender.js';
import { peer, silent } from './peer.js';

function senderTo(options: Partial<ClientOptions>): QueueSender {
  const sender = new QueueSender('orders', { brokers: [], account: undefined, ...options });
  onTestFinished(() => sender.close());
  return sender;
}

describe('a sender', () => {
  it('counts a message once the broker has acknowledged it', async () => {
    const master = await peer({ name: 'mq01' });
    const sender = senderTo({ brokers: [master.broker] });
    expect(await sender.send('one')).toMatchObject({ outcome: 'acknowledged', broker: 'mq01' });
    expect(master.received).toEqual(['one']);
  });

  it('is let in by the one that answers, past one that says nothing and one that is closed', async () => {
    const master = await peer({ name: 'mq03' });
    const closed = await peer();
    closed.close();
    const sender = senderTo({ brokers: [await silent(), closed.broker, master.broker] });
    expect(await sender.send('one')).toMatchObject({ outcome: 'acknowledged', broker: 'mq03' });
  });
});
