import {
  DEFAULT_CLIENTS,
  DEFAULT_DURATION_MS,
  DEFAULT_LIMIT_MS,
  DEFAULT_RATE,
  DEFAULT_ROUNDS,
  DEFAULT_SCENARIO,
  DEFAULT_WORKLOAD,
  SCENARIO_NAMES,
} from '../../drill/defaults.js';
import { parseDuration } from '../../config/units.js';
import { usageError } from '../../lib/errors.js';
import { command, option } from '../definition.js';
import { numberFrom, oneOf, seconds, timeout, wholeNumber, yes } from '../options.js';

const SUPERVISOR = ['with', 'without', 'both'] as const;

export const drill = command({
  name: 'drill',
  group: 'fail',
  summary: 'inject faults under a load; measure what is lost and how long clients wait',
  details:
    'Injects faults under a load and measures what is lost, what is delivered twice, whether depths are right, and how long clients wait.',
  options: {
    scenario: option(
      '<name...>',
      `which faults are injected: ${SCENARIO_NAMES.join(', ')}, or \`all\`; several names`,
      { defaultText: DEFAULT_SCENARIO, offer: [...SCENARIO_NAMES, 'all'] },
    ),
    workload: option(
      '<name...>',
      'what is sent and taken meanwhile: queue, transactions, durable, large, groups, or `all`; several names, also with commas',
      {
        defaultText: DEFAULT_WORKLOAD,
        offer: ['queue', 'transactions', 'durable', 'large', 'groups', 'all'],
      },
    ),
    rounds: option('<n>', 'how many rounds of each scenario', {
      parse: numberFrom(1, 1000),
      default: DEFAULT_ROUNDS,
    }),
    rate: option('<n>', 'messages per second of all clients; 0: no limit', {
      parse: numberFrom(0, 100_000),
      default: DEFAULT_RATE,
    }),
    clients: option('<n>', 'how many clients send', {
      parse: numberFrom(1, 100),
      default: DEFAULT_CLIENTS,
    }),
    duration: option('<duration>', 'how long a round lasts at least', {
      parse: durationMs,
      default: DEFAULT_DURATION_MS,
      defaultText: seconds(DEFAULT_DURATION_MS),
    }),
    seed: option('<n>', 'the same seed chooses the same victims and moments', {
      parse: wholeNumber,
    }),
    supervisor: option('<with|without|both>', 'whether the supervisor runs during the rounds', {
      parse: oneOf(SUPERVISOR, 'It is with, without or both.'),
      defaultText: 'both, where one runs',
      offer: SUPERVISOR,
    }),
    report: option('<dir>', 'write a report there: HTML, JSON and JUnit XML', {
      offer: 'directory',
    }),
    timeout: timeout(DEFAULT_LIMIT_MS, { more: 'for the cluster to be whole again' }),
    yes,
  },
  examples: [
    { command: 'mqha drill', does: 'the master is killed three times' },
    {
      command: 'mqha drill --scenario all --rounds 10 --report report/',
      does: 'every scenario; a page to forward, JSON, and JUnit XML for CI',
    },
  ],
  exitCodes: {
    0: 'nothing was lost, and service recovered',
    1: 'something was lost, or service did not recover',
    3: 'it could not tell, or refused',
    130: 'interrupted',
    143: 'ended by SIGTERM',
  },
});

function durationMs(text: string, name: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined && ms >= 1000 && ms <= 3_600_000) return ms;
  throw usageError('usage', `${name} ${text} is no duration from 1s to 1h`, 'Write it like 10s.');
}
