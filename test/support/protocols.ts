/** The largest size that can be announced. */
export const MOST = 0x7fffffff;
export const int = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value | 0);
  return bytes;
};
/** What DataOutputStream.writeUTF makes of a short text. */
export const utf = (text: string): Buffer => Buffer.from([0, text.length, ...Buffer.from(text)]);
export const framed = (body: Buffer): Buffer => Buffer.concat([int(body.length), body]);
export const AMQP_HEADER = Buffer.from('AMQP\x03\x01\x00\x00', 'latin1');

/** The first frame of an OpenWire client, a WireFormatInfo; the length of its properties may be a lie. */
export function wireFormatInfo(properties: Buffer, announced = properties.length): Buffer {
  const magic = Buffer.from('\x01ActiveMQ', 'latin1');
  return framed(Buffer.concat([magic, int(12), Buffer.from([1]), int(announced), properties]));
}

/** Properties with one named `a`: the code of its type, and what follows. */
export const property = (type: number, ...rest: Buffer[]): Buffer =>
  Buffer.concat([int(1), utf('a'), Buffer.from([type]), ...rest]);

/** What an AMQP client writes to authenticate; only the beginning is sound. */
export function saslInit(...fields: Buffer[]): Buffer {
  const body = Buffer.concat([Buffer.from([2, 1, 0, 0, 0x00, 0x53, 0x41]), ...fields]);
  return Buffer.concat([int(body.length + 4), body]);
}
