import type { MqhaError } from '../../lib/errors.js';
import { MACHINE_CODES } from '../machine-codes.js';
import type { MachineCode } from '../check-codes.js';
import type { Check, Result } from '../finding.js';

/** What is said of one check of the machine. */
export interface Told {
  readonly message?: string;
  readonly hint?: string;
  readonly node?: string;
  readonly file?: string;
}

/** A check of the machine, with the words of the table where it says none of its own. */
export function check(code: MachineCode, result: Result, told: Told = {}): Check {
  const { message, hint, node = null, file = null } = told;
  const entry = MACHINE_CODES[code];
  return {
    code,
    result,
    file,
    line: null,
    column: null,
    node,
    message: message ?? entry.pass,
    hint: result === 'pass' ? null : (hint ?? entry.todo),
  };
}

/** A failure that says itself what to do. */
export function failed(code: MachineCode, { message, hint }: MqhaError): Check {
  return check(code, 'fail', { message, hint });
}
