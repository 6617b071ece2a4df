import type { CheckEntry } from './check-entry.js';
import { FILE_CODES } from './file-codes.js';
import { MACHINE_CODES } from './machine-codes.js';

/** Every `checks[].code` of `mqha doctor`. Scripts rely on them: the tables only grow. */
export const CHECK_CODES = { ...FILE_CODES, ...MACHINE_CODES } as const;

export type FileCode = keyof typeof FILE_CODES;
export type MachineCode = keyof typeof MACHINE_CODES;
export type CheckCode = keyof typeof CHECK_CODES;

/** What there is to say of a code. */
export function entryOf(code: CheckCode): CheckEntry {
  return CHECK_CODES[code];
}
