import { MESSAGE_SHARE } from '../config/limits.js';
import { MqhaError } from '../lib/errors.js';

/** @param what the file or option that holds the body */
export function tooLarge(what: string, bytes: number, largest: number): MqhaError {
  return new MqhaError(
    'message-too-large',
    `${what} is too large for a message: ${bytes} bytes, ${largest} at most`,
    {
      hint: `Brokers hold messages in memory several times over: the limit is limits.message in mqha.yaml, 1/${MESSAGE_SHARE} of java.heap unless set.`,
    },
  );
}
