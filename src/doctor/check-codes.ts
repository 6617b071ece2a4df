import { FILE_CODES } from './file-codes.js';
import { MACHINE_CODES } from './machine-codes.js';

/** What there is to say of a check. */
export interface CheckEntry {
  /** How it can end beside `pass`. */
  readonly results: readonly ('warn' | 'fail' | 'unknown')[];
  /** When it comes; Markdown, for docs/doctor.md. */
  readonly meaning: string;
  /** What to do, as the hint says it; a finding may say it more closely. */
  readonly todo: string;
  /** What is said where it finds nothing. */
  readonly pass: string;
}

/** Every `checks[].code` of `mqha doctor`. Scripts rely on them: the tables only grow. */
export const CHECK_CODES = { ...FILE_CODES, ...MACHINE_CODES } as const;

export type FileCode = keyof typeof FILE_CODES;
export type MachineCode = keyof typeof MACHINE_CODES;
export type CheckCode = keyof typeof CHECK_CODES;

/** What there is to say of a code. */
export function entryOf(code: CheckCode): CheckEntry {
  return CHECK_CODES[code];
}
