import type { BrokerFile, FileFacts } from '../conf/broker-file.js';
import type { Finding } from '../finding.js';
import { accessChecks } from './access.js';
import { failoverChecks } from './failover.js';
import { hiddenValues } from './hidden.js';
import { nameChecks } from './names.js';
import { portChecks } from './ports.js';
import { readingChecks } from './reading.js';
import { replicationChecks } from './replication.js';
import { storeChecks } from './store.js';
import { usageChecks } from './usage.js';
import { versionChecks } from './version.js';
import { zookeeperChecks } from './zookeeper.js';

const GROUPS = [
  readingChecks,
  nameChecks,
  replicationChecks,
  zookeeperChecks,
  portChecks,
  accessChecks,
  usageChecks,
  storeChecks,
  failoverChecks,
  versionChecks,
];

/** Everything that is wrong with some files, which are those of one cluster. */
export function judgeFiles(files: readonly BrokerFile[], facts: FileFacts): Finding[] {
  const found = GROUPS.flatMap((checks) => checks(files, facts));
  const unknown = hiddenValues(files).filter(({ code }) => !found.some((one) => one.code === code));
  return [...found, ...unknown];
}
