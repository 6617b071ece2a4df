// The short commands of mqha, each beside what a person would run in its stead.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../../src/lib/package.js';
import { timeOf } from './measures.js';
import type { BenchParts } from './sides.js';
import type { WithMqha } from './with-mqha.js';
import { zkCliAsk } from './zk-cli.js';

export const BIN = join(packageRoot(), 'bin', 'mqha.js');

/** The first Node.js with a compile cache of its own, and what `status` may take of `zkCli whoami`. */
const STATUS = { since: 22, withCache: '≤ 0.18', without: '≤ 0.25' } as const;

/** Two commands, each in a process of its own; both give milliseconds of wall time. */
export interface Pair {
  readonly what: string;
  readonly aim: string;
  readonly base: () => Promise<number>;
  readonly mqha: () => Promise<number>;
}

/** @param node the Node.js that runs mqha */
export function commandPairs(
  side: WithMqha,
  parts: Pick<BenchParts, 'java' | 'zkCli'>,
  node = process.execPath,
): Pair[] {
  const zkCli = zkCliAsk(parts.zkCli, side.zookeeperAddress);
  const { since, withCache, without } = STATUS;
  const bare = () => timeOf(node, ['-e', '0']);
  return [
    {
      what: '`mqha status` : `zkCli whoami`',
      aim: Number(versionOf(node).split('.')[0]) >= since ? withCache : without,
      base: () => timeOf(parts.java, zkCli),
      mqha: () => statusOf(side, node),
    },
    ...['--version', '--help'].map((option) => ({
      what: `\`mqha ${option}\` : \`node -e 0\``,
      aim: '< 1.6',
      base: bare,
      mqha: () => timeOf(node, [BIN, option]),
    })),
  ];
}

/** How long `mqha status` takes, in milliseconds. */
export function statusOf(side: WithMqha, node = process.execPath): Promise<number> {
  return timeOf(node, [BIN, '-C', side.cluster.directory, 'status']);
}

/** The version of a Node.js: `20.20.2`. */
export function versionOf(node: string): string {
  return execFileSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' }).trim();
}
