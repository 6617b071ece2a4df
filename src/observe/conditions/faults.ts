import { quorumOf } from '../../config/checks.js';
import type { ClusterConfig } from '../../config/schema.js';
import type { KillCode } from '../../state/journal/entries.js';
import { vetoing, type Election } from '../../stores/election.js';
import type { Member } from '../../stores/election.js';
import { ZOOKEEPER } from '../../config/processes.js';
import { meetingKeysDiffering } from '../../stores/settings.js';
import { isServing, processOf, type NodeObservation, type Observation } from '../observation.js';
import { decidingIn } from '../quorum.js';
import { valueOf } from '../reading.js';

/** What can be wrong with a process that lives. */
export type FaultCode = Exclude<KillCode, 'behind' | 'hopeless'>;

/** A process at fault now; it is acted on when it has been so without a change for its limit. */
export interface Fault {
  readonly name: string;
  readonly code: FaultCode;
  /** Changes where there is progress; the limit then begins anew. */
  readonly detail: string;
}

/** A fault of a member of the election, whose process may be out of reach, or dead. */
export interface MemberFault {
  readonly member: Member;
  readonly code: FaultCode;
}

/** What one observation does not tell, and whoever has seen those before it knows. */
export interface Memory {
  /** Nodes whose process has been a member since it was started. */
  readonly registered: ReadonlySet<string>;
  /** The znode of the elected member that has served since it was elected. */
  readonly served: string | undefined;
}

/** Of who looks once. */
export const NO_MEMORY: Memory = { registered: new Set(), served: undefined };

const ABSENT: ReadonlySet<FaultCode> = new Set(['not-a-member', 'not-registered']);

/** Every process that is at fault at this moment. */
export function faultsOf(config: ClusterConfig, seen: Observation, memory: Memory): Fault[] {
  const { process: found, serves } = seen.zookeeper;
  const isSilent = valueOf(found) !== undefined && valueOf(serves) === false;
  if (isSilent) return [{ name: ZOOKEEPER, code: 'zookeeper-hung', detail: '' }];
  const election = valueOf(seen.election);
  if (!election) return [];
  const [vetoes] = vetoesIn(config, seen);
  const running = seen.nodes.filter((node) => processOf(node) !== undefined);
  const ofMembers = [masterFault(seen, memory), vetoes].flatMap((fault) => {
    const name = fault?.member.container ?? '';
    const isRunning = running.some(({ node }) => node.name === name);
    return fault && isRunning ? [{ name, code: fault.code, detail: fault.member.znode }] : [];
  });
  return [
    ...ofMembers,
    ...running.flatMap((node) => {
      const faults = nodeFaults(election, node, memory);
      // One that was started under another name, or path, is a member there.
      return isElsewhere(config, node) ? faults.filter(({ code }) => !ABSENT.has(code)) : faults;
    }),
  ];
}

function isElsewhere(config: ClusterConfig, seen: NodeObservation): boolean {
  return meetingKeysDiffering(config, seen.node.name, processOf(seen)?.argv ?? []).length > 0;
}

/** What is wrong with the elected member: it does not serve; undefined where nothing is, or nobody is elected. */
export function masterFault(seen: Observation, { served }: Memory): MemberFault | undefined {
  const master = valueOf(seen.election)?.master;
  const node = seen.nodes.find((one) => one.node.name === master?.container);
  if (!master || !node || 'unknown' in node.accepting || isServing(node)) return undefined;
  if (served === master.znode) return { member: master, code: 'hung' };
  return { member: master, code: master.address === null ? 'promotion-stuck' : 'not-serving' };
}

/** The members that hold the election up, the lowest first. */
export function vetoesIn(config: ClusterConfig, seen: Observation): MemberFault[] {
  const election = valueOf(seen.election);
  if (!election) return [];
  const quorum = quorumOf(decidingIn(config, seen).electing);
  return vetoing(election, quorum).map((member) => ({ member, code: 'vetoing' }));
}

function nodeFaults({ members, master }: Election, seen: NodeObservation, memory: Memory): Fault[] {
  const { name } = seen.node;
  const isMaster = name === master?.container;
  const faults: Fault[] = [];
  if (processOf(seen)?.suspended === true && !isMaster) {
    faults.push({ name, code: 'hung', detail: 'suspended' });
  }
  if (!members.some(({ container }) => container === name)) {
    const code = memory.registered.has(name) ? 'not-a-member' : 'not-registered';
    return [...faults, { name, code, detail: '' }];
  }
  const attachment = valueOf(seen.attachment);
  // Without a master there is nobody to attach to.
  const isLoose = attachment?.state === 'none' && typeof master?.address === 'string';
  if (attachment && !isMaster && (isLoose || attachment.state === 'attaching')) {
    const detail = `${attachment.state} ${attachment.progress}`;
    faults.push({ name, code: 'attach-stuck', detail });
  }
  return faults;
}
