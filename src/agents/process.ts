/** Which process: a pid alone may be used again. */
export interface ProcessId {
  readonly pid: number;
  /** When it started, in the system's own words; a pid used again has another one. */
  readonly startTime: string;
}

/** A process as the operating system of its machine shows it. */
export interface ProcessInfo extends ProcessId {
  readonly argv: readonly string[];
  /** Stopped by a signal (SIGSTOP): it holds its ports and answers nobody. */
  readonly suspended: boolean;
  /** Whose it is, by number; -1 where it has several users, absent where the system does not say. */
  readonly user?: number;
}

/** Whether both are the same process. */
export function isSame(a: ProcessId | undefined, b: ProcessId | undefined): boolean {
  return a !== undefined && a.pid === b?.pid && a.startTime === b.startTime;
}
