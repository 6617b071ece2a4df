import { decidingOf } from '../cluster/quorum.js';
import { quorumOf } from '../config/checks.js';
import type { ClusterConfig } from '../config/schema.js';
import type { Glance } from './lookout.js';
import type { Sight } from './rules.js';
import type { Ward } from './wards.js';

/**
 * What the rules need to know, from what was seen.
 * @param brokers the brokers that are looked after
 * @param served the znode of the elected member that has served since it was elected
 */
export function sightOf(
  config: ClusterConfig,
  { election, processes, serving, zookeeperSilent }: Glance,
  brokers: readonly Ward[],
  attachments: Sight['attachments'],
  served: string | undefined,
): Sight {
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
