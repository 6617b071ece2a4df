// Every scenario of `mqha drill`, many rounds of each, with and without the supervisor: what clients
// lose and how long they wait. The answers are kept after each scenario, and one that is there is not
// asked for again, so that a run which was cut short can go on.
// npm run drills -- [rounds=10] [--scenarios a,b,…] [--workload a,b,…] [--duration 4s] [--sync mode] [--rate N] [--clients N] [--seed N] [--json file]
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import type { DrillResult, Spread } from '../src/drill/result.js';
import { SCENARIOS } from '../src/drill/scenarios/index.js';
import { runBench, withCluster, type BenchCluster } from './lib/cluster.js';
import { readOptions } from './lib/options.js';

const USAGE =
  'npm run drills -- [rounds=10] [--scenarios a,b,…] [--workload a,b,…] [--duration 4s] [--sync mode] [--rate N] [--clients N] [--seed N] [--json file]';

const { count: rounds, values } = readOptions(USAGE, {
  count: 10,
  flags: ['scenarios', 'workload', 'duration', 'sync', 'rate', 'clients', 'seed', 'json'],
});
/** The exit code of a drill that was cut short. */
const INTERRUPTED = 130;
const file = values.json ?? 'drills.json';
const sync = values.sync ?? 'quorum_mem';
const names = values.scenarios?.split(',') ?? SCENARIOS.map(({ name }) => name);

/** What one call of the command line gave. */
interface Answer {
  readonly scenario: string;
  /** Of the cluster. */
  readonly sync: string;
  /** What a person types. */
  readonly command: string;
  readonly exitCode: number;
  readonly result?: DrillResult;
  /** Where there is no result. */
  readonly error?: string;
}

const answers: Answer[] = existsSync(file)
  ? (JSON.parse(readFileSync(file, 'utf8')) as Answer[])
  : [];

await runBench(() =>
  withCluster({ supervised: true, sync }, async (cluster) => {
    await cluster.up();
    for (const scenario of names) {
      const answer = answerOf(scenario);
      if (answer?.result && answer.exitCode !== INTERRUPTED) continue;
      console.error(`${new Date().toISOString()} ${commandOf(scenario)}`);
      keep(await ask(cluster, scenario));
      // What one drill could not recover must not count for the next.
      await cluster.up();
    }
    console.log(markdown());
    return names.every((scenario) => answerOf(scenario)?.exitCode === 0);
  }),
);

function commandOf(scenario: string): string {
  const options = ['workload', 'duration', 'rate', 'clients', 'seed'].flatMap((name) => {
    const value = values[name] ?? (name === 'duration' ? '4s' : undefined);
    return value === undefined ? [] : [`--${name}`, value];
  });
  return ['mqha drill --scenario', scenario, '--rounds', rounds, ...options].join(' ');
}

/** The answer to this very question, of this run or of one before. */
function answerOf(scenario: string): Answer | undefined {
  const command = commandOf(scenario);
  return answers.find((answer) => answer.command === command && answer.sync === sync);
}

async function ask(cluster: BenchCluster, scenario: string): Promise<Answer> {
  const command = commandOf(scenario);
  const began = Date.now();
  const { exitCode, stdout, stderr } = await cluster.run(
    ...command.split(' ').slice(1),
    ...['--yes', '--json'],
  );
  for (const line of stderr.split('\n')) if (/^[✓✗]|warning|error/.test(line)) console.error(line);
  const minutes = ((Date.now() - began) / 60_000).toFixed(1);
  console.error(`exit code ${exitCode} after ${minutes} min`);
  const answer = { scenario, sync, command, exitCode };
  if (stdout === '') return { ...answer, error: stderr };
  return { ...answer, result: JSON.parse(stdout) as DrillResult };
}

/** Written after each scenario, whole or not at all. */
function keep(answer: Answer): void {
  const index = answers.findIndex(
    ({ command, sync: of }) => command === answer.command && of === answer.sync,
  );
  if (index === -1) answers.push(answer);
  else answers[index] = answer;
  writeFileSync(`${file}.tmp`, JSON.stringify(answers, null, 1));
  renameSync(`${file}.tmp`, file);
}

/** What goes into docs/drills.md. */
function markdown(): string {
  const setup = answers.find(({ result }) => result)?.result?.setup;
  const machine = `${cpus().length} cores, ${Math.round(totalmem() / 1024 ** 3)} GiB`;
  const head = [
    ...['scenario', 'supervisor', 'rounds', 'attempted', 'acknowledged', 'lost', 'recovered'],
    ...[
      'duplicated',
      'again',
      'unexpected',
      'outage median ms',
      'worst ms',
      'since fault median ms',
    ],
    ...['worst ms', 'verdict'],
  ];
  const rows = names.flatMap((scenario) => rowsOf(scenario));
  const remarks = names.flatMap((scenario) => remarksOf(scenario));
  return [
    `Measured on ${machine}, Java ${setup?.java ?? '?'}, Node.js ${process.version}, ${new Date().toISOString().slice(0, 10)}:`,
    `three nodes, sync ${sync}, sessions of ${(setup?.sessionTimeoutMs ?? NaN) / 1000} s.`,
    '',
    ...[head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`),
    '',
    ...names.map((scenario) => `    ${commandOf(scenario)}`),
    ...(remarks.length === 0 ? [] : ['', ...remarks.map((remark) => `- ${remark}`)]),
  ].join('\n');
}

function rowsOf(scenario: string): (string | number)[][] {
  const { result } = answerOf(scenario) ?? {};
  if (!result) return [[scenario, ...new Array<string>(13).fill('–'), 'not measured']];
  return result.scenarios.map(({ counts, ...row }) => [
    row.workload === 'queue' ? row.scenario : `${row.scenario}, ${row.workload}`,
    row.side === 'supervisor' ? 'with' : 'without',
    row.rounds,
    ...[counts.attempted, counts.acknowledged, counts.lost, counts.recovered, counts.duplicated],
    ...[counts.consumedAgain, counts.unexpected],
    ...spread(row.outageMs),
    ...spread(row.sinceFaultMs),
    row.verdict,
  ]);
}

function spread(value: Spread | null): (string | number)[] {
  return value ? [value.median, value.worst] : ['–', '–'];
}

/** What went wrong, in which round. */
function remarksOf(scenario: string): string[] {
  const { result, error } = answerOf(scenario) ?? {};
  if (error) return [`${scenario}: ${error.trim().split('\n').at(-1) ?? ''}`];
  return (result?.rounds ?? []).flatMap(
    ({ workload, side, round, target, back, faults, unknown = [] }) =>
      [...faults, ...unknown, ...(back ? [] : ['the cluster did not recover by itself'])].map(
        (text) => `${scenario}, ${workload}, ${side}, round ${round}, ${target}: ${text}`,
      ),
  );
}
