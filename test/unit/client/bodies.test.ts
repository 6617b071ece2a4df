import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { linesOf, numbered, repeated, textOrBytes } from '../../../src/clients/amqp/payload.js';
import { checkQueueName } from '../../../src/clients/queue-name.js';

async function lines(...pieces: (string | Buffer)[]): Promise<unknown[]> {
  const found = [];
  const stream = Readable.from(pieces, { objectMode: true });
  for await (const line of linesOf(stream, 100)) found.push(line);
  return found;
}

describe('lines', () => {
  it('come whole, however they are cut', async () => {
    const euro = Buffer.from('a€b\nc');
    for (let at = 0; at <= euro.length; at++) {
      expect(await lines(euro.subarray(0, at), euro.subarray(at))).toEqual(['a€b', 'c']);
    }
  });

  it('may be empty, end as on Windows, or lack an end', async () => {
    expect(await lines('\n\na\r\nb')).toEqual(['', '', 'a', 'b']);
    expect(await lines('a\n')).toEqual(['a']);
    expect(await lines()).toEqual([]);
    expect(await lines('a\r', '\nb')).toEqual(['a', 'b']);
  });

  it('that are no text stay bytes', async () => {
    const bytes = Buffer.from([0xff, 0xfe, 10, 65]);
    expect(await lines(bytes)).toEqual([bytes.subarray(0, 2), 'A']);
  });

  it('are not read on where one is longer than anything that can be sent', async () => {
    let read = 0;
    function* endless() {
      yield 'one\n';
      for (;;) {
        read += 1;
        yield 'x'.repeat(60);
      }
    }
    const found: unknown[] = [];
    for await (const line of linesOf(Readable.from(endless(), { highWaterMark: 1 }), 100)) {
      found.push(line);
    }
    expect(found).toEqual(['one', 'x'.repeat(120)]);
    expect(read).toBeLessThan(10);
  });

  it('are given before the stream has ended', async () => {
    async function* endless() {
      yield 'one\n';
      await new Promise(() => undefined);
    }
    expect(await linesOf(endless(), 100).next()).toMatchObject({ value: 'one' });
  });
});

describe('bodies', () => {
  it('are text where the bytes are, with all of it', () => {
    expect(textOrBytes(Buffer.from('\uFEFFä'))).toBe('\uFEFFä');
    expect(textOrBytes(Buffer.from([0x80]))).toEqual(Buffer.from([0x80]));
  });

  it('of a size begin with their number', () => {
    const bodies = [...numbered(12, 6)];
    expect(bodies[0]).toBe('1 xxxx');
    expect(bodies[11]).toBe('12 xxx');
    expect(bodies.every((body) => body.length === 6)).toBe(true);
    expect([...numbered(12, 2)].at(-1)).toBe('12');
  });

  it('are repeated', () => {
    expect([...repeated('x', 3)]).toEqual(['x', 'x', 'x']);
  });
});

describe('the name of a queue', () => {
  it.each(['orders', 'shop.orders', 'Aufträge 2', 'ActiveMQ.DLQ', 'Consumer.A.VirtualTopic.B'])(
    'can be %s',
    (name) => {
      expect(checkQueueName(name)).toBe(name);
    },
  );

  it.each([
    ['', 'is empty'],
    ['a\nb', 'control character'],
    [' a', 'space'],
    ['a ', 'space'],
    ['queue://a', 'prefix'],
    ['topic://a', 'prefix'],
    ['a,b', 'comma'],
    ['a.*', 'wildcard'],
    ['>', 'wildcard'],
    ['a?consumer.exclusive=true', 'question mark'],
  ])('cannot be %j', (name, why) => {
    expect(() => checkQueueName(name)).toThrow(why);
  });
});
