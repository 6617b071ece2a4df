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
