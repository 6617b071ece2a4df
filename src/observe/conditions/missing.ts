import { holderText } from '../../agents/holder-text.js';
import { isFull } from '../disk.js';
import { processOf, type NodeObservation, type Observation } from '../observation.js';
import { valueOf } from '../reading.js';
import type { StatusFacts } from './condition.js';

/** What is to be done about nodes that are missing, as far as it can be seen what keeps them away. */
export function missingHint(seen: Observation, status: StatusFacts, otherwise: string): string {
  const missing = seen.nodes.filter((node) => node.local && !processOf(node));
  const suspended = seen.nodes.filter((node) => processOf(node)?.suspended === true);
  const elsewhere = seen.nodes.filter(({ local }) => !local);
  const kept = missing.flatMap((node) => {
    const why = whatKeeps(status, node);
    return why === undefined ? [] : [{ name: node.node.name, why }];
  });
  const free = missing
    .map(({ node }) => node.name)
    .filter((name) => !kept.some((k) => k.name === name));
  const revived = free.filter((name) => isRevived(status, name));
  const toStart = free.filter((name) => !revived.includes(name));
  const names = (of: readonly NodeObservation[]) => of.map(({ node }) => node.name).join(', ');
  const sentences = [
    ...kept.map(({ name, why }) => `${name} cannot start: ${why}.`),
    ...(kept.length > 0 ? ['Cure that first; then `mqha up`.'] : []),
    ...(toStart.length > 0
      ? [
          `Start ${toStart.join(', ')} with \`mqha start ${toStart.join(' ')}\`, or all with \`mqha up\`.`,
        ]
      : []),
    ...(revived.length > 0
      ? [`The supervisor starts ${revived.join(', ')}; \`mqha events -f\` follows it.`]
      : []),
    ...(suspended.length > 0
      ? [
          `${names(suspended)} ${suspended.length === 1 ? 'is' : 'are'} suspended: \`mqha up\`, or the supervisor, puts that right.`,
        ]
      : []),
    ...(elsewhere.length > 0 && missing.length === 0
      ? [`See ${names(elsewhere)} on ${elsewhere.length === 1 ? 'its machine' : 'their machines'}.`]
      : []),
  ];
  if (sentences.length > 0) return sentences.join(' ');
  return `Every node runs: see \`mqha logs\`, ${otherwise}.`;
}

/** Why a start of a node would fail now; undefined where nothing is known that speaks against it. */
export function whatKeeps(status: StatusFacts, seen: NodeObservation): string | undefined {
  const disk = valueOf(seen.disk);
  const store = valueOf(seen.store);
  const [port] = valueOf(seen.held) ?? [];
  const stated = status.supervisor.processes.find(({ name }) => name === seen.node.name);
  if (disk && isFull(disk.freeBytes)) return 'the disk that holds its data is full';
  if (port) return `its ${port.key} ${port.host}:${port.port} is ${holderText(port.holder)}`;
  if (store?.state === 'unreadable') return `its store cannot be read (${store.message})`;
  if (stated?.does === 'given-up') {
    return `${stated.reason ?? 'it kept dying'}, and the supervisor has given up`;
  }
  return undefined;
}

/** Whether the supervisor is at work on a start of it. */
export function isRevived({ supervisor }: StatusFacts, name: string): boolean {
  const stated = supervisor.processes.find((one) => one.name === name);
  return supervisor.running && stated?.wanted === 'up' && stated.does !== 'given-up';
}
