import { decidingOf } from '../../observe/quorum.js';
import { quorumOf } from '../../config/checks.js';
import type { ClusterConfig } from '../../config/schema.js';
import type { FaultInput } from '../../observe/conditions/faults.js';
import type { Look } from './look.js';
import { isSame } from '../../agents/process.js';
import type { SupervisedProcess } from './state.js';

/**
 * What the rules need to know, from what was seen.
 * @param brokers the brokers that are looked after
 * @param served the znode of the elected member that has served since it was elected
 */
export function faultInputOf(
  config: ClusterConfig,
  { election, processes, serving, zookeeperSilent, attachments }: Look,
  brokers: readonly SupervisedProcess[],
  served: string | undefined,
): FaultInput {
  return {
    election,
    quorum: quorumOf(decidingOf(config, election, processes).electing),
    alive: new Set(brokers.map(({ name }) => name)),
    suspended: new Set([...processes].flatMap(([name, p]) => (p.suspended ? [name] : []))),
    registered: new Set(brokers.filter((broker) => broker.registered).map(({ name }) => name)),
    serving,
    served,
    // Of a process that has ended, the log tells nothing of the one that came after it.
    attachments: new Map(
      brokers.flatMap(({ name, info }) => {
        const reading = attachments.get(name);
        return reading && isSame(reading, info) ? [[name, reading] as const] : [];
      }),
    ),
    zookeeperSilent,
  };
}
