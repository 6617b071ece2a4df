import type {
  DrillResult,
  DrillSetup,
  FindingCode,
  RoundResult,
  Side,
  Verdict,
} from '../result.js';
import { SIDES, titleOf } from '../title.js';
import { spreadOf } from '../analysis/verdict.js';
import { groupsOf, type SideGroup } from './groups.js';
import { verdictOfRounds, lostIn } from './reasons.js';
import { count, counted } from '../../lib/counted.js';
import { outageText, seconds, VERDICTS } from './words.js';

/** A key figure: what it is, the figure, and what it stands for. */
export interface Card {
  readonly name: string;
  readonly figure: string;
  readonly notes: readonly string[];
  readonly state: Verdict | 'plain';
}

/** The figures that are to be seen first. */
export function cardsOf(result: DrillResult): readonly Card[] {
  const { counts, rounds } = result;
  const unanswered = counts.attempted - counts.acknowledged;
  const back = rounds.filter((round) => round.back && round.outageMs !== null).length;
  const isOne = result.scenarios.length === 1;
  return [
    {
      name: 'Lost',
      figure: count(counts.lost),
      notes: [`of ${counted(counts.acknowledged, 'acknowledged message')}`],
      state: lostState(result),
    },
    {
      name: 'Service back',
      figure: `${count(back)} of ${count(rounds.length)}`,
      notes: ['rounds, with the cluster whole again'],
      state: rounds.length === 0 ? 'unknown' : back === rounds.length ? 'passed' : 'failed',
    },
    outageCard('Worst outage', rounds, (some) => worstOf(some, isOne)),
    outageCard('Median outage', rounds, medianOf),
    {
      name: 'Acknowledged',
      figure: count(counts.acknowledged),
      notes: [
        `of ${counted(counts.attempted, 'attempted send')}`,
        ...(unanswered === 0
          ? []
          : [`${count(unanswered)} not acknowledged: not a loss, the sender knows`]),
      ],
      state: 'plain',
    },
  ];
}

/** Zero of nothing proves nothing; and what was not read is not lost. */
function lostState({ counts, rounds }: DrillResult): Verdict {
  if (rounds.some((round) => lostIn(round) > 0)) return 'failed';
  return counts.lost === 0 && counts.acknowledged > 0 ? 'passed' : 'unknown';
}

/** A figure about outages, and what it stands for. */
interface OutageFigure {
  readonly outageMs: number | null;
  readonly where: string;
}

function worstOf(rounds: readonly RoundResult[], isOne: boolean): OutageFigure | undefined {
  const length = ({ outageMs }: RoundResult) => outageMs ?? Infinity;
  const worst = [...rounds].sort((a, b) => length(a) - length(b)).at(-1);
  return worst && { outageMs: worst.outageMs, where: isOne ? '' : `, in ${titleOf(worst)}` };
}

function medianOf(rounds: readonly RoundResult[]): OutageFigure | undefined {
  const spread = spreadOf(rounds.map(({ outageMs }) => outageMs));
  return spread
    ? { outageMs: spread.median, where: `, over ${counted(rounds.length, 'round')}` }
    : undefined;
}

/** The two sides are never mixed: the supervisor's stands large, the other below it. */
function outageCard(
  name: string,
  rounds: readonly RoundResult[],
  figureOf: (rounds: readonly RoundResult[]) => OutageFigure | undefined,
): Card {
  const of = (side: Side) => figureOf(rounds.filter((round) => round.side === side));
  const [ours, alone] = [of('supervisor'), of('alone')];
  const main = ours ?? alone;
  if (!main) return { name, figure: '–', notes: ['no outage was measured'], state: 'unknown' };
  return {
    name,
    figure: outageText(main.outageMs),
    notes: [
      `${SIDES[ours ? 'supervisor' : 'alone']}${main.where}`,
      ...(ours && alone ? [`${outageText(alone.outageMs)} ${SIDES.alone}${alone.where}`] : []),
    ],
    state: main.outageMs === null ? 'failed' : 'plain',
  };
}

/** A side of a scenario that did not pass: which, and why. */
export interface Finding {
  readonly verdict: Verdict;
  readonly word: string;
  readonly id: string;
  readonly where: string;
  readonly reasons: readonly string[];
}

/** What failed and where, then what could not be told. */
export function findingsOf(
  result: DrillResult,
  idOf: (name: string) => string,
): readonly Finding[] {
  const findings = groupsOf(result).flatMap(({ scenario, sides }) =>
    sides.map((group) => {
      const verdict = verdictOfRounds(group.result, group.rounds);
      return {
        verdict,
        word: VERDICTS[verdict].word,
        id: idOf(`${scenario}-${group.side}`),
        where: `${scenario}, ${SIDES[group.side]}`,
        reasons: verdict === 'failed' ? failuresOf(group.rounds) : [untoldOf(group)],
      };
    }),
  );
  return [
    ...findings.filter(({ verdict }) => verdict === 'failed'),
    ...findings.filter(({ verdict }) => verdict === 'unknown'),
  ];
}

function untoldOf({ result, rounds }: SideGroup): string {
  if (result?.reason !== undefined) return result.reason;
  return rounds.length === 0 ? 'no round was run' : 'the drill ended before it could tell';
}

/** What went wrong in these rounds, each thing once, with the rounds in which it did. */
function failuresOf(rounds: readonly RoundResult[]): readonly string[] {
  const sum = (of: (round: RoundResult) => number) =>
    rounds.reduce((total, round) => total + of(round), 0);
  const told = (what: string, is: (round: RoundResult) => boolean) => {
    const numbers = rounds.filter(is).map(({ round }) => round);
    if (numbers.length === 0) return [];
    const list =
      numbers.length > 6
        ? `${numbers.length} of ${rounds.length} rounds`
        : `round${numbers.length === 1 ? '' : 's'} ${numbers.join(', ')}`;
    return [`${what} (${list})`];
  };
  const { lost, unexpected, acknowledged } = {
    lost: sum(lostIn),
    unexpected: sum((round) => round.counts.unexpected),
    acknowledged: sum((round) => round.counts.acknowledged),
  };
  // Where messages are missing the count says more than their numbers, which a round tells.
  const counted: readonly FindingCode[] = ['lost', 'unexpected'];
  const faults = rounds.flatMap((round) =>
    round.counts.lost + round.counts.unexpected === 0
      ? round.faults
      : round.findings
          .filter(({ code, fails }) => fails && !counted.includes(code))
          .map(({ text }) => text),
  );
  const others = [...new Set(faults)];
  return [
    ...told(
      `${count(lost)} of ${count(acknowledged)} acknowledged messages lost`,
      (round) => lostIn(round) > 0,
    ),
    ...told(
      `${count(unexpected)} delivered that nobody had sent`,
      ({ counts }) => counts.unexpected > 0,
    ),
    ...told('service did not recover', ({ outageMs }) => outageMs === null),
    ...told(
      'the cluster was not whole again in time',
      ({ outageMs, back }) => outageMs !== null && !back,
    ),
    ...others.slice(0, 3).flatMap((fault) => told(fault, (round) => round.faults.includes(fault))),
    ...(others.length > 3 ? [`${others.length - 3} more`] : []),
  ];
}

/** The set-up as names and values. */
export function setupOf(setup: DrillSetup): readonly (readonly [name: string, value: string])[] {
  const { clients, rate } = setup;
  return [
    ['Cluster', setup.cluster],
    ['Nodes', `${setup.nodes} (${setup.replicas} replicas, quorum ${setup.quorum})`],
    ['Sync mode', `${setup.sync}: ${syncMeaning(setup)}`],
    ['Supervisor', setup.supervised ? 'runs, and is stopped for rounds without it' : 'none'],
    ['ZooKeeper session', seconds(setup.sessionTimeoutMs)],
    ['ActiveMQ', setup.activemq],
    ['ZooKeeper', `${setup.zookeeper}, ${setup.managedZooKeeper ? 'run by mqha' : 'external'}`],
    ['Java', setup.java ?? 'not known'],
    ['mqha', `${setup.mqha} on Node.js ${setup.node.replace(/^v/, '')}`],
    ['Machine', setup.machine],
    [
      'Load',
      `${counted(clients, 'client')}, ${rate === null ? 'as fast as sends are acknowledged' : `${counted(rate, 'message')} per second in all`}`,
    ],
    ['Queue', setup.queue],
    ['Seed', String(setup.seed)],
  ];
}

/** When a send is acknowledged, which decides what a failover can lose. */
function syncMeaning({ sync, replicas }: DrillSetup): string {
  const slaves = counted(Math.floor(replicas / 2), 'slave');
  switch (sync) {
    case 'quorum_mem':
      return `acknowledged once ${slaves} got it too`;
    case 'quorum_disk':
      return `acknowledged once it is on the disks of the master and ${slaves}`;
    case 'local_mem':
    case 'local_disk':
      return 'acknowledged before any slave has it; a failover can lose it';
    default:
      return 'a mode of its own';
  }
}
