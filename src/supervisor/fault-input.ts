import { decidingOf } from '../observe/quorum.js';
import { quorumOf } from '../config/checks.js';
import type { ClusterConfig } from '../config/schema.js';
import type { Glance } from './observer.js';
import type { FaultInput } from './rules.js';
import type { SupervisedProcess } from './supervised-processes.js';

/**
 * What the rules need to know, from what was seen.
 * @param brokers the brokers that are looked after
 * @param served the znode of the elected member that has served since it was elected
 */
export function faultInputOf(
  config: ClusterConfig,
  { election, processes, serving, zookeeperSilent }: Glance,
  brokers: readonly SupervisedProcess[],
  attachments: FaultInput['attachments'],
  served: string | undefined,
): FaultInput {
  return {
    election,
    quorum: quorumOf(decidingOf(config, election, processes).electing),
    alive: new Set(brokers.map(({ name }) => name)),
    suspended: new Set([...processes].flatMap(([name, p]) => (p.suspended ? [name] : []))),
    registered: new Set(brokers.filter((ward) => ward.registered).map(({ name }) => name)),
    serving,
    served,
    attachments,
    zookeeperSilent,
  };
}
