import { pick, type Random } from '../../src/drill/random.js';
import { AMQP_HEADER, framed, int, MOST, property, saslInit, wireFormatInfo } from './protocols.js';

const LIES = [0, -1, 1, 5, 100, 8192, 65_000, 1_048_575, 104_857_599, 0x7ffffff0, MOST];

/** Makes frames of chance that are more or less like those of a protocol. */
export class Frames {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** What could come to a message port. */
  message(): Buffer {
    return pick(
      [this.#noise, this.#openWire, this.#amqp, this.#stomp, this.#foreign],
      this.#random,
    ).call(this);
  }

  /** What could come to a web port. */
  web(): Buffer {
    const lines = [
      `${pick(['GET', 'POST', 'PUT', 'X'], this.#random)} ${pick(['/', '/api/jolokia/', '/admin/', '/%00', '//..;/x'], this.#random)} HTTP/1.${this.#below(3)}`,
      `Content-Length: ${this.#lie(this.#below(100))}`,
      pick(
        ['Transfer-Encoding: chunked', `Authorization: Basic ${'A'.repeat(this.#below(9000))}`, ''],
        this.#random,
      ),
      `X: ${'x'.repeat(this.#below(20_000))}`,
    ];
    return this.#below(4) === 0
      ? this.#noise()
      : Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), this.#noise()]);
  }

  /** What could come to a replication port: a line with an action, JSON, a zero. */
  replication(): Buffer {
    const action = pick(
      ['login', 'sync', 'get', 'wal', 'wal_ack', 'transfer', 'disconnect', 'x'.repeat(200)],
      this.#random,
    );
    const body = pick(
      [
        '{}',
        '[]',
        'null',
        '{"file":"x","offset":-1,"length":9e99}',
        '{"security_token":"x","node_id":"x"}',
        '{"a":'.repeat(5000),
      ],
      this.#random,
    );
    if (this.#below(3) === 0) return this.#noise();
    return Buffer.concat([
      Buffer.from(`${action}\n${body}`),
      this.#below(3) === 0 ? this.#noise() : Buffer.alloc(0),
      Buffer.from([0]),
    ]);
  }

  /** What could come to ZooKeeper's port: a size and a request. */
  zookeeper(): Buffer {
    const session = Buffer.alloc(44);
    session.writeInt32BE(this.#lie(10_000), 12);
    session.writeInt32BE(this.#lie(16), 24);
    const request = Buffer.concat([
      int(this.#below(20) - 4),
      int(this.#below(120) - 10),
      this.#noise(),
    ]);
    return pick(
      [
        () => this.#noise(),
        () => Buffer.from(pick(['ruok', 'srvr', 'cons', 'dump', 'kill', 'crst'], this.#random)),
        () => Buffer.concat([int(this.#lie(44)), session]),
        () => Buffer.concat([framed(session), int(this.#lie(request.length)), request]),
      ],
      this.#random,
    )();
  }

  #openWire(): Buffer {
    const frames = [
      wireFormatInfo(
        pick(
          [int(0), property(this.#below(15), int(this.#lie(3)), this.#noise()), this.#noise()],
          this.#random,
        ),
      ),
    ];
    for (let left = this.#below(4); left > 0; left--) {
      const body = Buffer.concat([Buffer.from([this.#below(140)]), this.#noise()]);
      frames.push(int(this.#below(3) === 0 ? this.#lie(body.length) : body.length), body);
    }
    return Buffer.concat(frames);
  }

  #amqp(): Buffer {
    const kinds = [
      () => saslInit(this.#noise()),
      () =>
        saslInit(
          Buffer.from([pick([0xc0, 0xd0, 0xc1, 0xd1, 0xe0, 0xf0, 0xb0, 0xb3], this.#random)]),
          int(this.#lie(9)),
          int(this.#lie(9)),
          this.#noise(),
        ),
      () => Buffer.concat([int(this.#lie(20)), this.#noise()]),
    ];
    return Buffer.concat([AMQP_HEADER, pick(kinds, this.#random)(), pick(kinds, this.#random)()]);
  }

  #stomp(): Buffer {
    const command = pick(['CONNECT', 'STOMP'], this.#random);
    const headers = pick(
      [
        'accept-version:1.2',
        `a:${'b'.repeat(this.#below(30_000))}`,
        'a:\\q',
        'heart-beat:-1,x',
        'a',
      ],
      this.#random,
    );
    return Buffer.concat([
      Buffer.from(
        `${command}\n${headers}\n\n\0SEND\ndestination:x\ncontent-length:${this.#lie(3)}\n\n`,
      ),
      this.#noise(),
      Buffer.from([0]),
    ]);
  }

  /** TLS, HTTP and MQTT, which do not belong here. */
  #foreign(): Buffer {
    const begins = [
      '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
      'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
      '\x10\x20\x00\x04MQTT\x04\x02\x00\x3c',
    ];
    return Buffer.concat([Buffer.from(pick(begins, this.#random), 'latin1'), this.#noise()]);
  }

  #noise(): Buffer {
    return Buffer.from(
      Array.from({ length: this.#below(pick([8, 100, 2000], this.#random)) }, () =>
        this.#below(256),
      ),
    );
  }

  /** Sometimes a size that is not so. */
  #lie(truth: number): number {
    return this.#below(2) === 0 ? truth : pick(LIES, this.#random);
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }
}
