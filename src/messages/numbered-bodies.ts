import type { Body } from '../clients/amqp/payload.js';

/** A body, and the how manieth it is, from 1 on. */
export interface NumberedBody {
  readonly number: number;
  readonly body: Body;
}

/** Bodies that several clients take turns to send: each is given once. */
export class NumberedBodies {
  readonly #bodies: Iterator<Body> | AsyncIterator<Body>;
  #turn: Promise<unknown> = Promise.resolve();
  #given = 0;

  constructor(bodies: Iterable<Body> | AsyncIterable<Body>) {
    this.#bodies =
      Symbol.asyncIterator in bodies ? bodies[Symbol.asyncIterator]() : bodies[Symbol.iterator]();
  }

  /** @throws what the source throws */
  next(): Promise<NumberedBody | 'done'> {
    const next = this.#turn.then(async () => {
      const { done = false, value } = (await this.#bodies.next()) as IteratorResult<Body, unknown>;
      return done ? 'done' : { number: ++this.#given, body: value as Body };
    });
    this.#turn = next.catch(() => undefined);
    return next;
  }
}
