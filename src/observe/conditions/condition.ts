import type { ProblemCode, SeverityOf } from '../problem-codes.js';
import type { ClusterStatus, StatusProblem } from '../status.js';

/** A status without its problems. */
export type StatusFacts = Omit<ClusterStatus, 'problems'>;

/** @param severity one of those that the code comes with */
export function problem<C extends ProblemCode>(
  severity: SeverityOf<C>,
  code: C,
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

  add<C extends ProblemCode>(
    severity: SeverityOf<C>,
    code: C,
    message: string,
    hint: string,
  ): void {
    this.all.push(problem(severity, code, this.#node, message, hint));
  }
}
