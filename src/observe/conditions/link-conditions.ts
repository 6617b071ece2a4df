import type { ErrorCode } from '../../lib/codes.js';
import type { ProblemCode } from '../problem-codes.js';
import type { Observation } from '../observation.js';
import type { Reading } from '../reading.js';
import type { StatusProblem } from '../status.js';
import { problem } from './condition.js';

/** Why somebody cannot be asked over TLS. */
const CODES = ['certificates-missing', 'certificate-refused'] as const;

type CertificateCode = (typeof CODES)[number];

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
  const unread = readings.flatMap(([node, reading]) =>
    'unknown' in reading && isOfCertificates(reading.code)
      ? [{ node, why: reading.unknown, code: reading.code }]
      : [],
  );
  // What mqha lacks it lacks for all of them.
  const own = unread.find(({ code }) => code === 'certificates-missing');
  if (own) {
    return [
      problem(
        'error',
        'certificates-missing',
        null,
        own.why,
        'Restore pki/ as it was, or run `mqha up`, which makes what it may make. What runs goes on meanwhile, and is not ended for it.',
      ),
    ];
  }
  return unread.map(({ node, why }) =>
    problem(
      'error',
      'certificate-refused',
      node,
      why,
      '`mqha certs show` says whose certificates there are and until when; `mqha certs renew` makes new ones. The process is not ended for it.',
    ),
  );
}
