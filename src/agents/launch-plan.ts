/** All that is needed to start one process; `--dry-run` prints it, `up` executes it. */
export interface LaunchPlan {
  readonly name: string;
  readonly command: string;
  readonly argv: readonly string[];
  /** Added to the short list that every process gets of mqha's own environment (environment.ts). */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly logDirectory: string;
}

/** A process that was just started by this mqha. */
export interface Launched {
  readonly pid: number;
  /** Settles when the process ends while this mqha still runs; never rejects. */
  readonly exited: Promise<{ readonly code: number | null; readonly signal: string | null }>;
}
