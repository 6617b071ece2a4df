import { ACTIVEMQ_VERSION } from '../../config/schema.js';
import { ZOOKEEPER_VERSION } from '../../distribution/artifacts.js';
import { packageVersion } from '../../lib/package.js';
import { answer } from '../output/io.js';
import type { CommandContext } from './context.js';

/** `mqha version` */
export function run({ io }: CommandContext): Promise<void> {
  const versions = {
    mqha: packageVersion(),
    activemq: ACTIVEMQ_VERSION,
    zookeeper: ZOOKEEPER_VERSION,
    node: process.versions.node,
  };
  answer(io, versions, () =>
    [
      `mqha ${versions.mqha}`,
      `ActiveMQ ${versions.activemq}`,
      `ZooKeeper ${versions.zookeeper}`,
      `Node.js ${versions.node}`,
    ].join('\n'),
  );
  return Promise.resolve();
}
