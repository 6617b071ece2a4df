import type { EventContext } from 'rhea';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ClientOptions } from '../../../src/clients/brokers.js';
import { QueueSender } from '../../../src/clients/amqp/sender.js';
import { become, closed, cut, peer, silent, type Answer } from './peer.js';

function senderTo(options: Partial<ClientOptions>): QueueSender {
  const sender = new QueueSender('orders', {
    brokers: [],
    account: undefined,
    patienceMs: 60,
    ...options,
  });
  onTestFinished(() => sender.close());
  return sender;
}

/** Answers a message by its body. */
const answering =
  (answers: Record<string, Answer>): Answer =>
  (context) => {
    const answer = answers[String(context.message?.body)];
    if (answer) answer(context);
    else context.delivery?.accept();
  };

const nothing = () => undefined;

describe('a sender', () => {
  it('counts a message once the broker has acknowledged it', async () => {
    const master = await peer({ name: 'mq01' });
    const sender = senderTo({ brokers: [master.broker] });
    const sent = await sender.send('one', { id: 'my-1', properties: { kind: 'x', n: 7 } });
    expect(sent).toMatchObject({ outcome: 'acknowledged', broker: 'mq01' });
    expect(sent.startedAt).toBeLessThanOrEqual(sent.endedAt);
    expect(master.received).toMatchObject([
      {
        body: 'one',
        durable: true,
        message_id: 'my-1',
        application_properties: { kind: 'x', n: 7 },
      },
    ]);
  });

  it('sends bytes as data', async () => {
    const master = await peer();
    await senderTo({ brokers: [master.broker] }).send(Buffer.from([0, 255]));
    expect(master.received[0]?.body).toMatchObject({ content: Buffer.from([0, 255]) });
  });

  it('keeps the order of what it was given at once', async () => {
    const master = await peer();
    const sender = senderTo({ brokers: [master.broker] });
    const bodies = Array.from({ length: 20 }, (_, index) => `${index}`);
    const sent = await Promise.all(bodies.map((body) => sender.send(body)));
    expect(sent.every(({ outcome }) => outcome === 'acknowledged')).toBe(true);
    expect(master.received.map(({ body }) => String(body))).toEqual(bodies);
    expect(master.connections).toHaveLength(1);
  });

  it('is let in by the one that answers, past one that says nothing and one that is closed', async () => {
    const master = await peer({ name: 'mq03' });
    const sender = senderTo({ brokers: [await silent(), await closed(), master.broker] });
    expect(await sender.send('one')).toMatchObject({ outcome: 'acknowledged', broker: 'mq03' });
    const { link } = sender;
    expect(link?.broker).toBe('mq03');
    expect(link?.acceptedAt).toBeLessThanOrEqual(link?.openAt ?? 0);
    expect(link?.openAt).toBeLessThanOrEqual(link?.readyAt ?? 0);
  });

  it('waits for a broker that opens its port later', async () => {
    const before = await peer();
    before.close();
    const sent = senderTo({ brokers: [before.broker] }).send('one');
    const master = await peer({ port: before.broker.port });
    expect((await sent).outcome).toBe('acknowledged');
    expect(master.received).toHaveLength(1);
  });

  it('does not know what became of a message whose connection ended, and does not send it again', async () => {
    const master = await peer({ name: 'mq01', answer: answering({ one: cut }) });
    const sender = senderTo({ brokers: [master.broker] });
    expect(await sender.send('one')).toMatchObject({ outcome: 'failed', broker: 'mq01' });
    expect(await sender.send('two')).toMatchObject({ outcome: 'acknowledged' });
    expect(master.received.map(({ body }) => String(body))).toEqual(['one', 'two']);
  });

  it('says why the broker refused a message, and keeps the connection', async () => {
    const reject = ({ delivery }: EventContext) =>
      delivery?.reject({ condition: 'amqp:not-allowed', description: 'the queue is full' });
    const master = await peer({ answer: answering({ one: reject }) });
    const sender = senderTo({ brokers: [master.broker] });
    expect(await sender.send('one')).toMatchObject({
      outcome: 'failed',
      refused: true,
      reason: 'rejected: the queue is full',
    });
    expect((await sender.send('two')).outcome).toBe('acknowledged');
    expect(master.connections).toHaveLength(1);
  });

  it('goes to another broker that lets it in while this one is silent, and lets go of this one', async () => {
    const hung = await peer({ name: 'mq01', answer: nothing });
    const next = await peer({ name: 'mq02' });
    next.close();
    const sender = senderTo({ brokers: [hung.broker, next.broker] });
    const sent = sender.send('one');
    await become(() => hung.received.length === 1);
    const successor = await peer({ name: 'mq02', port: next.broker.port });
    expect(await sent).toMatchObject({
      outcome: 'failed',
      broker: 'mq01',
      reason: 'mq01 was silent, mq02 serves',
    });
    await become(() => hung.ended.length === 1);
    expect(await sender.send('one')).toMatchObject({ outcome: 'acknowledged', broker: 'mq02' });
    expect(successor.connections).toHaveLength(1);
  });

  it('does not let go of a silent broker while no other lets it in', async () => {
    const slow = await peer({
      answer: ({ delivery }) => setTimeout(() => delivery?.accept(), 400),
    });
    const sender = senderTo({ brokers: [slow.broker, await closed(), await silent()] });
    expect(await sender.send('one')).toMatchObject({ outcome: 'acknowledged' });
    expect(slow.received).toHaveLength(1);
    expect(slow.ended).toHaveLength(0);
  });

  it('says that a message was never sent where nobody let it in', async () => {
    const interrupt = new AbortController();
    const sender = senderTo({
      brokers: [await closed(), await silent()],
      signal: interrupt.signal,
    });
    setTimeout(() => {
      interrupt.abort();
    }, 100);
    const sent = await sender.send('one');
    expect(sent).toMatchObject({ outcome: 'failed', broker: undefined });
    expect(await sender.send('two')).toMatchObject({ outcome: 'failed', broker: undefined });
  });

  it('stops waiting for an answer when it is interrupted', async () => {
    const hung = await peer({ name: 'mq01', answer: nothing });
    const interrupt = new AbortController();
    const sender = senderTo({ brokers: [hung.broker], signal: interrupt.signal });
    const sent = sender.send('one');
    await become(() => hung.received.length === 1);
    interrupt.abort();
    expect(await sent).toMatchObject({ outcome: 'failed', broker: 'mq01' });
  });

  it('knows what a broker said that did not let it in', async () => {
    const account = { username: 'ada', password: 'right' };
    const master = await peer({ name: 'mq01', account });
    const wrong = senderTo({
      brokers: [master.broker],
      account: { ...account, password: 'wrong' },
    });
    const sent = wrong.send('one');
    await become(() => wrong.refusal !== undefined);
    expect(wrong.refusal).toMatch(/^mq01: Failed to authenticate/);
    // What it said does not count any more when it is gone.
    master.close();
    await become(() => wrong.refusal === undefined);
    await wrong.close();
    expect(await sent).toMatchObject({ outcome: 'failed', broker: undefined });
  });

  it('is let in with the account that is wanted', async () => {
    const account = { username: 'ada', password: 'right' };
    const master = await peer({ account });
    expect((await senderTo({ brokers: [master.broker], account }).send('x')).outcome).toBe(
      'acknowledged',
    );
  });

  it('is let in with the password that was rotated meanwhile', async () => {
    const account = { username: 'ada', password: 'new' };
    const master = await peer({ account });
    let asked = 0;
    const sender = senderTo({
      brokers: [master.broker],
      account: { ...account, password: 'old' },
      accountNow: () => Promise.resolve(asked++ === 0 ? undefined : account),
    });
    expect((await sender.send('x')).outcome).toBe('acknowledged');
    expect(asked).toBe(2);
  });

  it('is closed within a limit, also while a broker says nothing', async () => {
    const hung = await peer({ answer: nothing });
    const sender = senderTo({ brokers: [hung.broker, await silent()] });
    const sent = sender.send('one');
    await become(() => hung.received.length === 1);
    await sender.close();
    expect((await sent).outcome).toBe('failed');
    expect(await sender.send('two')).toMatchObject({ outcome: 'failed', broker: undefined });
  });
});
