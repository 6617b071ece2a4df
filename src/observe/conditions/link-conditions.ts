import type { ErrorCode } from '../../lib/codes.js';
import type { ProblemCode } from '../problem-codes.js';
import type { Observation } from '../observation.js';
import type { Reading } from '../reading.js';
import type { StatusProblem } from '../status.js';
import { problem } from './condition.js';

/** Why somebody cannot be asked over TLS. */
const CODES = ['certificates-missing', 'certificate-refused'] as const;

type CertificateCode = (typeof CODES)[number];

const HINTS: Readonly<Record<CertificateCode, string>> = {
  'certificates-missing':
    'Restore pki/ as it was, or run `mqha up`, which makes what it may make. What runs goes on meanwhile, and is not ended for it.',
  'certificate-refused':
    '`mqha certs show` says whose certificates there are and until when; `mqha certs renew` makes new ones. The process is not ended for it.',
};

/** Whether it is a matter of certificates that something was not read. */
export function isOfCertificates(
  code: ErrorCode | ProblemCode | undefined,
): code is CertificateCode {
  return CODES.some((known) => known === code);
}

/** Who could not be asked, since certificates are missing or do not fit. */
export function linkProblems(seen: Observation): StatusProblem[] {
  const readings: readonly (readonly [node: string | null, reading: Reading<unknown>])[] = [
    [null, seen.election],
    ...seen.nodes.map(({ node, accepting }) => [node.name, accepting] as const),
  ];
  const problems = readings.flatMap(([node, reading]) =>
    'unknown' in reading && isOfCertificates(reading.code)
      ? [problem('error', reading.code, node, reading.unknown, HINTS[reading.code])]
      : [],
  );
  // What mqha lacks it lacks for all of them.
  const own = problems.find(({ code }) => code === 'certificates-missing');
  return own ? [{ ...own, node: null }] : problems;
}
