import { describe, expect, it } from 'vitest';
import type { CertificateEnd } from '../../../src/certificates/ends.js';
import { certificateProblems } from '../../../src/observe/conditions/certificate-conditions.js';
import { config, observation, securedConfig, whole } from '../scenes.js';

const NOW = new Date('2026-03-01T12:00:00.000Z');
const DAY = 86_400_000;

const ending = (who: string, days: number): CertificateEnd => ({
  who,
  end: new Date(NOW.getTime() + days * DAY),
});

/** What is said at noon of the first of March. */
const told = (certificates: readonly CertificateEnd[], of = securedConfig) =>
  certificateProblems(
    { config: of, host: { now: () => NOW } as never },
    observation({ ...whole(), certificates }),
  );

describe('the end of a certificate', () => {
  it('is spoken of from thirty days before on', () => {
    expect(told([ending('mq01', 30)])).toEqual([]);
    expect(told([ending('mq01', 29.5)])).toMatchObject([
      {
        severity: 'warning',
        code: 'certificate-expires',
        node: 'mq01',
        message: 'the certificate of mq01 expires in 29 days (2026-03-31T00:00:00.000Z)',
      },
    ]);
    expect(told([])).toEqual([]);
  });

  it('is told in days, down to less than one', () => {
    const words = [2, 1.5, 0.5].map((days) => told([ending('mq01', days)])[0]?.message);
    expect(words.map((text) => / (in|within) .*(?= \()/.exec(text ?? '')?.[0])).toEqual([
      ' in 2 days',
      ' in 1 day',
      ' within a day',
    ]);
  });

  it('is an error once it is there', () => {
    const [now] = told([ending('mq02', 0)]);
    expect(now).toMatchObject({ severity: 'error', code: 'certificate-expired', node: 'mq02' });
    expect(now?.message).toContain('expired at 2026-03-01T12:00:00.000Z');
    expect(told([ending('mq02', 0.001)])[0]?.code).toBe('certificate-expires');
  });

  it('is told once of those that end on one day, and apart of those that have ended', () => {
    const problems = told([
      ending('mq01', 0.1),
      ending('mq02', 0.2),
      ending('mq03', -0.1),
      ending('mqha', 3),
    ]);
    expect(problems.map(({ code, node, message }) => [code, node, message.split(' (')[0]])).toEqual(
      [
        ['certificate-expires', null, 'the certificates of mq01, mq02 expire within a day'],
        [
          'certificate-expired',
          'mq03',
          'the certificate of mq03 expired at 2026-03-01T09:36:00.000Z: others refuse connections with it',
        ],
        ['certificate-expires', null, 'the certificate of mqha expires in 3 days'],
      ],
    );
  });

  it('comes with what helps: a renewal, a new authority, or other files', () => {
    const hint = (who: string, of = securedConfig) => told([ending(who, 1)], of)[0]?.hint;
    expect(hint('mq01')).toBe('Run `mqha certs renew`, which restarts node by node.');
    expect(hint('the broker authority')).toContain('`mqha down`, remove pki/, `mqha up`');
    const own = {
      ...config,
      tls: { clientCertificates: 'optional', certificates: 'own' },
    } as typeof securedConfig;
    expect(hint('mq01', own)).toContain('Put others into pki/');
  });
});
