import { sumCounts } from '../../src/drill/analysis/checker.js';
import type {
  DrillResult,
  LogLine,
  Mark,
  QueueCounts,
  RoundResult,
  Side,
} from '../../src/drill/result.js';
import { scenarioResult, summaryOf, together } from '../../src/drill/analysis/verdict.js';

/** A round of a made-up drill: what is not named is as it usually is. */
export interface MadeRound {
  readonly scenario?: string;
  readonly side?: Side;
  readonly round?: number;
  /** Milliseconds from the fault to the master that serves; null where none ever does. */
  readonly outageMs?: number | null;
  readonly counts?: Partial<QueueCounts>;
  readonly change?: Partial<RoundResult>;
  readonly log?: readonly LogLine[];
}

const FAULT = 3_040;
const LATER = 6_000;
const PER_BIN = 24;

/** Numbers that look like chance, and are the same each time. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

export function madeRound(made: MadeRound = {}): RoundResult {
  const { scenario = 'kill-master', side = 'supervisor', round = 1 } = made;
  const outageMs = made.outageMs === undefined ? 400 + round * 37 : made.outageMs;
  const ms = FAULT + (outageMs ?? 20_000) + LATER;
  const next = chance(round * 7 + scenario.length + (side === 'alone' ? 99 : 0));
  const away = (at: number) =>
    at >= FAULT - 50 && (outageMs === null || at < FAULT - 50 + outageMs);
  const bins = Array.from({ length: Math.ceil(ms / 100) }, (_, at) =>
    away(at * 100) ? 0 : Math.round(PER_BIN * (0.8 + next() * 0.4)),
  );
  const acknowledged = bins.reduce((sum, value) => sum + value, 0);
  const counts: QueueCounts = {
    attempted: acknowledged + 2,
    acknowledged,
    delivered: acknowledged + 1,
    lost: 0,
    recovered: 1,
    duplicated: round % 3,
    unexpected: 0,
    consumed: Math.floor(acknowledged / 2),
    consumedAgain: 0,
    ...made.counts,
  };
  return {
    scenario,
    workload: 'queue',
    side,
    round,
    startedAt: new Date(Date.UTC(2026, 10, 24, 10, 0, round * 20)).toISOString(),
    ms,
    target: 'mq02 (master)',
    masterBefore: 'mq02',
    masterAfter: outageMs === null ? null : 'mq03',
    counts,
    parts: [{ name: 'mqha.drill', counts }],
    findings: [],
    depths: [{ queue: 'mqha.drill', counted: 40, browsed: 40, drained: 40, knownBefore: 0 }],
    outages:
      outageMs === 0
        ? []
        : [
            { client: 1, from: FAULT - 20, ms: outageMs },
            ...(outageMs === null ? [] : [{ client: 2, from: FAULT + 5, ms: outageMs - 40 }]),
          ],
    outageMs,
    sinceFaultMs: outageMs,
    acknowledgedPer100ms: bins,
    marks: marksOf(outageMs),
    log: made.log ?? logOf(outageMs),
    back: outageMs !== null,
    faults: [],
    ...made.change,
  };
}

function marksOf(outageMs: number | null): readonly Mark[] {
  const mark = (share: number, kind: Mark['kind'], node: string | null, text: string): Mark => ({
    at: FAULT + Math.round((outageMs ?? 0) * share),
    kind,
    node,
    text,
  });
  const fault = [
    mark(0, 'fault', 'mq02', 'killed mq02 (master) with SIGKILL'),
    { ...mark(0, 'process-ended', 'mq02', 'process 2594 is gone'), at: FAULT + 2 },
  ];
  if (outageMs === null) return fault;
  const change = [
    mark(0.3, 'election', 'mq03', 'mq03 was elected'),
    mark(0.7, 'promotion', 'mq03', 'its replication port is bound'),
    mark(0.95, 'service', 'mq03', 'its message port lets clients in'),
  ];
  return [
    ...fault,
    ...(outageMs === 0 ? [] : change),
    { ...mark(0, 'repair', 'mq02', 'mq02 was started again'), at: FAULT + outageMs + 150 },
    { ...mark(0, 'whole', null, 'every slave is attached'), at: FAULT + outageMs + 4_200 },
  ];
}

function logOf(outageMs: number | null): readonly LogLine[] {
  const at = (share: number) => FAULT + Math.round((outageMs ?? 9_000) * share);
  return [
    { at: at(0.28), node: 'mq03', text: 'INFO | Promoted to master | MasterElector | ZooKeeper' },
    { at: at(0.29), node: 'mq03', text: 'INFO | Slave stopped | SlaveLevelDBStore | hawtdispatch' },
    { at: at(0.66), node: 'mq03', text: 'INFO | Master started: tcp://127.0.0.3:61600 | Store' },
    {
      at: at(0.9),
      node: 'mq03',
      text: 'INFO | Slave has connected: 8c2a7f6e | MasterLevelDBStore',
    },
    { at: at(1), node: 'mq03', text: 'INFO | Apache ActiveMQ 5.16.7 (mqStore, ID:x) started' },
  ];
}

/** A drill of these rounds, summed up as the drill does it. */
export function madeResult(
  rounds: readonly RoundResult[],
  change: Partial<DrillResult> = {},
): DrillResult {
  const keyOf = ({ scenario, workload, side }: RoundResult) => `${scenario} ${workload} ${side}`;
  const scenarios = [...new Set(rounds.map(keyOf))].map((key) => {
    const of = rounds.filter((round) => keyOf(round) === key);
    const { scenario: name = '', workload = 'queue', side = 'alone' } = of[0] ?? {};
    const description = DESCRIPTIONS[name] ?? 'what the scenario does';
    return scenarioResult({ name, description, workload }, side, of);
  });
  const verdict = together(scenarios.map((each) => each.verdict));
  return {
    schema: 1,
    verdict,
    summary: summaryOf(verdict, scenarios, rounds, false),
    interrupted: false,
    startedAt: '2026-11-24T10:00:00.000Z',
    ms: 1_000 + rounds.reduce((sum, { ms }) => sum + ms, 0),
    setup: {
      cluster: 'mqStore',
      mqha: '0.1.0',
      activemq: '5.16.7',
      zookeeper: '3.9.5',
      java: '17.0.13',
      node: 'v20.20.2',
      machine: 'Linux 6.1, 2 cores, 24 GB',
      nodes: 3,
      replicas: 3,
      quorum: 2,
      sync: 'quorum_mem',
      sessionTimeoutMs: 10_000,
      supervised: true,
      managedZooKeeper: true,
      clients: 2,
      rate: 240,
      queue: 'mqha.drill.4711',
      seed: 4711,
    },
    counts: sumCounts(rounds.map(({ counts }) => counts)),
    scenarios,
    rounds,
    problems: [],
    ...change,
  };
}

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  'kill-master': 'The master is killed with SIGKILL under load.',
  'kill-slave': 'A slave is killed; clients should not notice.',
  'hang-master': 'The master is suspended, as by a long pause of its JVM or a frozen machine.',
  'lagging-slaves':
    'Both slaves stand still for a second under load, the master is killed, the slaves go on.',
  'zookeeper-outage': 'ZooKeeper is away for ten seconds.',
};

/** Several scenarios on both sides: usual ones, one that nobody notices, a slow one. */
export function passedDrill(rounds = 5): DrillResult {
  const numbers = Array.from({ length: rounds }, (_, at) => at + 1);
  const of = (scenario: string, side: Side, outage: (round: number) => number) =>
    numbers.map((round) => madeRound({ scenario, side, round, outageMs: outage(round) }));
  return madeResult([
    ...of('kill-master', 'supervisor', (round) => 380 + ((round * 53) % 160)),
    ...of('kill-master', 'alone', (round) => 2_100 + ((round * 211) % 800)),
    ...of('kill-slave', 'supervisor', () => 0),
    ...of('kill-slave', 'alone', (round) => (round === 2 ? 130 : 0)),
    ...of('hang-master', 'supervisor', (round) => 6_400 + ((round * 97) % 400)),
    ...of('hang-master', 'alone', (round) => 10_900 + ((round * 331) % 900)),
    ...of('zookeeper-outage', 'supervisor', (round) => 13_000 + ((round * 171) % 1_500)),
  ]);
}

/** Messages lost on one side, and a round in which service did not recover. */
export function failedDrill(): DrillResult {
  const lost = (round: number, lost: number, outageMs: number) =>
    madeRound({
      scenario: 'lagging-slaves',
      side: 'alone',
      round,
      outageMs,
      counts: { attempted: 7_252, acknowledged: 7_250, delivered: 7_251 - lost, lost },
    });
  const result = madeResult(
    [
      ...[1, 2, 3].map((round) => madeRound({ scenario: 'lagging-slaves', round })),
      lost(1, 4_348, 2_480),
      lost(2, 3_477, 2_610),
      lost(3, 0, 2_220),
      madeRound({ scenario: 'hang-master', round: 1, outageMs: 6_500 }),
      madeRound({ scenario: 'hang-master', round: 2, outageMs: null }),
      madeRound({ scenario: 'hang-master', round: 3, outageMs: 6_800 }),
    ],
    {
      problems: [
        {
          severity: 'error',
          code: 'quorum-lost',
          node: null,
          message: '1 of 3 members is registered, 2 are needed',
          hint: 'Start the missing nodes: `mqha up`.',
        },
      ],
    },
  );
  return {
    ...result,
    setup: { ...result.setup, sync: 'local_mem' },
  };
}

/** Three nodes restarted one after the other: more marks than a chart has room for. */
export function rollingRound(round = 1): RoundResult {
  const nodes = ['mq01', 'mq03', 'mq02'];
  const marks = nodes.flatMap((node, at): Mark[] => {
    const begin = FAULT + at * 9_000;
    return [
      { at: begin, kind: 'fault', node, text: `${node} told to stop` },
      { at: begin + 620, kind: 'process-ended', node, text: `${node} ended` },
      { at: begin + 700, kind: 'repair', node, text: `${node} was started` },
      ...(at < 2
        ? []
        : ([
            { at: begin + 350, kind: 'election', node: 'mq01', text: 'mq01 was elected' },
            {
              at: begin + 700,
              kind: 'promotion',
              node: 'mq01',
              text: 'mq01 has started its store',
            },
            {
              at: begin + 1_100,
              kind: 'service',
              node: null,
              text: 'every client is served again',
            },
          ] satisfies Mark[])),
    ];
  });
  const last = FAULT + 27_000;
  return madeRound({
    scenario: 'rolling-restart',
    round,
    outageMs: 26_000,
    change: {
      target: 'all 3 nodes',
      outageMs: 1_150,
      sinceFaultMs: 1_100,
      outages: [{ client: 1, from: FAULT + 17_950, ms: 1_150 }],
      acknowledgedPer100ms: Array.from({ length: 370 }, (_, at) =>
        at * 100 > FAULT + 17_900 && at * 100 < FAULT + 19_100 ? 0 : 20 + (at % 5),
      ),
      marks: [
        ...marks,
        { at: last, kind: 'whole', node: null, text: 'every node runs and is attached again' },
      ],
    },
  });
}
