import type { ClusterStatus, StatusProblem } from '../status.js';

/** A status before it is judged. */
export type Unjudged = Omit<ClusterStatus, 'problems'>;

type Severity = StatusProblem['severity'];

export function problem(
  severity: Severity,
  code: string,
  node: string | null,
  message: string,
  hint: string,
): StatusProblem {
  return { severity, code, node, message, hint };
}

/** The problems of one node, as they are found. */
export class ProblemList {
  readonly all: StatusProblem[] = [];
  readonly #node: string;

  constructor(node: string) {
    this.#node = node;
  }

  add(severity: Severity, code: string, message: string, hint: string): void {
    this.all.push(problem(severity, code, this.#node, message, hint));
  }
}
