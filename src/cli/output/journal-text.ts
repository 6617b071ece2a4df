import type { Entry, EntryType } from '../../state/journal/entries.js';
import type { MasterChange } from '../../state/journal/history.js';
import { formatDuration } from '../../lib/time.js';
import { plainTable } from './status-table.js';
import { visible } from '../../lib/visible.js';

/** A process that was seen so long after it began has its own time beside the entry's. */
const SEEN_LATE_MS = 2000;

/** Whom an entry is about, and what happened. */
type Words = readonly [subject: string, what: string];

const WORDS: { readonly [T in EntryType]: (entry: Entry<T>) => Words } = {
  'supervisor-started': ({ pid, version, takenOver }) => [
    'supervisor',
    `started (pid ${pid}, mqha ${version})${takenOver.length === 0 ? '' : `; it took over ${takenOver.join(', ')}`}`,
  ],
  'supervisor-stopped': ({ pid, reason }) => ['supervisor', `ended (pid ${pid}): ${reason}`],
  wanted: ({ nodes, state, command }) => [nodes.join(', '), `desired state ${state} (${command})`],
  'process-started': ({ at, node, pid, began }) => [
    node,
    `started (pid ${pid})${began !== undefined && Date.parse(at) - Date.parse(began) >= SEEN_LATE_MS ? ` at ${localTime(began)}` : ''}`,
  ],
  'process-ended': ({ node, pid, wanted, how, exitCode, last = [] }) => [
    node,
    [
      `${wanted === 'up' ? 'died' : 'ended'} (pid ${pid}`,
      exitCode === undefined ? '' : `, exit code ${exitCode}`,
      wanted === 'up' ? ')' : ') as desired',
      because(how),
      last.length === 0 ? '' : `; its log ends with: ${last.join('; ')}`,
    ].join(''),
  ],
  'process-killed': ({ node, pid, code, reason }) => [
    node,
    `was killed (pid ${pid}, ${code}): ${reason}`,
  ],
  'znode-removed': ({ node, znode, session }) => [
    node,
    `its znode ${znode} of the dead session ${session} was removed`,
  ],
  'restart-planned': ({ node, attempt, delayMs }) => [
    node,
    `restart ${attempt} in ${formatDuration(delayMs)}`,
  ],
  'restart-failed': ({ node, attempt, reason }) => [node, `restart ${attempt} failed: ${reason}`],
  'gave-up': ({ node, deaths, withinMs, reason }) => [
    node,
    reason === undefined
      ? `died ${deaths} times within ${formatDuration(withinMs)} and is left down until \`mqha start ${node}\``
      : `is left down until \`mqha start ${node}\`: ${reason}`,
  ],
  'store-set-aside': ({ node, kept, why }) => [node, `its store is set aside in ${kept}: ${why}`],
  'copies-lost': ({ nodes }) => [
    nodes.join(', '),
    'lost their logs at once: what only they had acknowledged is missing',
  ],
  'master-elected': ({ master }) => [master, 'was elected master'],
  'master-lost': ({ master, reason }) => [
    master ?? 'cluster',
    `${master === null ? 'has no master' : 'no longer serves as master'}: ${reason}`,
  ],
  'master-serving': ({ master, from, reason, outageMs }) => [
    master,
    [
      'serves as master',
      from === null ? '' : from === master ? ' again' : ` after ${from}`,
      outageMs === null ? '' : `; there was none for ${formatDuration(outageMs)}`,
      because(reason),
    ].join(''),
  ],
  'connections-full': ({ node }) => [
    node,
    'has all the connections that it may, and lets no other client in',
  ],
  'connections-free': ({ node, afterMs }) => [
    node,
    `lets clients in again after ${formatDuration(afterMs)}`,
  ],
  'zookeeper-lost': ({ reason }) => ['zookeeper', `does not answer: ${reason}`],
  'zookeeper-back': ({ outageMs }) => [
    'zookeeper',
    `answers again after ${formatDuration(outageMs)}`,
  ],
  'config-problem': ({ reason }) => ['mqha.yaml', reason],
  'supervisor-problem': ({ reason }) => ['supervisor', reason],
  scale: ({ from, to, phase }) => [
    'cluster',
    `the change from ${from} to ${to} nodes was ${phase}`,
  ],
  switchover: ({ from, to, outcome, reason }) => [
    from,
    `switchover${to === null ? '' : ` to ${to}`} ${outcome}${because(reason)}`,
  ],
};

function because(reason: string | undefined): string {
  return reason === undefined || reason === '' ? '' : `: ${reason}`;
}

/** An entry on one line (reasons quote logs), with the local time: `2026-11-24 07:01:02.345  mq02  died …`. */
export function entryText(entry: Entry): string {
  const [subject, what] = wordsOf(entry);
  return visible(`${localTime(entry.at)}  ${subject}  ${what}`);
}

/** In words where this version knows them; an entry of a later version or a damaged one as JSON. */
function wordsOf(entry: Entry): Words {
  const words = Object.hasOwn(WORDS, entry.type)
    ? (WORDS[entry.type] as (entry: Entry) => Words)
    : asJson;
  try {
    return words(entry);
  } catch {
    return asJson(entry);
  }
}

function asJson(entry: Entry): Words {
  return [entry.source, JSON.stringify({ ...entry, at: undefined, source: undefined })];
}

/** The changes of master as a table. */
export function historyText(changes: readonly MasterChange[]): string {
  if (changes.length === 0) return 'no change of master is recorded';
  return plainTable(
    ['WHEN', 'FROM', 'TO', 'WHY', 'NO MASTER FOR'],
    changes.map(({ at, from, to, reason, outageMs }) => [
      localTime(at),
      from ?? '–',
      to ?? '–',
      reason,
      to === null ? 'still none' : lasted(from, outageMs),
    ]),
  );
}

/** Before the first master nobody was there to be served. */
function lasted(from: string | null, outageMs: number | null): string {
  if (outageMs !== null) return formatDuration(outageMs);
  return from === null ? '–' : '?';
}

/** `2026-11-24 07:01:02.345` where the reader is. */
function localTime(at: string): string {
  const time = new Date(at);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join('-');
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':');
  return `${day} ${clock}.${String(time.getMilliseconds()).padStart(3, '0')}`;
}
