/** All that is needed to start one process; `--dry-run` prints it, `up` executes it. */
export interface LaunchPlan {
  readonly name: string;
  readonly command: string;
  readonly argv: readonly string[];
  /** Added to mqha's own environment. */
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
