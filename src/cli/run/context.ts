import {
  openCluster,
  refuseIfCopied,
  thisHost,
  type Cluster,
  type Host,
} from '../../state/cluster.js';
import { findClusterDirectory } from '../../state/identity.js';
import type { Confirm } from '../../operations/stop.js';
import { withAbsoluteCache } from '../../distribution/cache-root.js';
import { refuseForeignCache } from '../../distribution/cache.js';
import { MqhaError } from '../../lib/errors.js';
import type { Io } from '../output/io.js';
import { ask } from '../output/question.js';
import { createReporter } from '../output/reporter.js';

/** What every command is given by `main`. */
export interface CommandContext {
  readonly io: Io;
  readonly cwd: string;
  readonly signal: AbortSignal;
  /** As typed, for whoever waits for our lock. */
  readonly command: string;
  /** `-C`. */
  readonly cluster: string | undefined;
}

/** What ends processes needs no account, and goes on where that is damaged. */
export const WITHOUT_ACCOUNT = { account: false };

/**
 * Runs a use case with progress on stderr, and takes the spinner away before anything else is printed.
 * @throws MqhaError `untrusted-cache`, also for what needs nothing of it: nobody would hear of it otherwise
 */
export async function withHost<T>(
  context: CommandContext,
  work: (host: Host) => Promise<T>,
): Promise<T> {
  const env = withAbsoluteCache(context.io.env, context.cwd);
  refuseForeignCache(env);
  const reporter = createReporter(context.io);
  const host = thisHost({
    env,
    emit: reporter.emit,
    signal: context.signal,
    command: context.command,
  });
  try {
    return await work(host);
  } finally {
    host.connections.close();
    reporter.stop();
  }
}

/**
 * As withHost(), with the cluster that the command means.
 * @param options `copied`: also one whose directory is a copy of another's, and that is no cluster of its own yet;
 *   `account`: false for what only ends processes
 * @throws MqhaError `cluster-moved`
 */
export function withCluster<T>(
  context: CommandContext,
  work: (cluster: Cluster) => Promise<T>,
  { copied = false, account = true } = {},
): Promise<T> {
  return withHost(context, async (host) => {
    const cluster = await openCluster(clusterDirectory(context), host, { account });
    if (!copied) await refuseIfCopied(cluster);
    return work(cluster);
  });
}

/** @throws MqhaError `no-cluster`, `untrusted-directory` */
export function clusterDirectory(context: CommandContext): string {
  return findClusterDirectory(context.cluster, context.io.env, context.cwd);
}

/**
 * Asks on the terminal; `--yes` answers.
 * @throws MqhaError `needs-consent` where there is neither a terminal nor `--yes`
 */
export function confirmWith(context: CommandContext, yes: boolean | undefined): Confirm {
  return async (question) => {
    if (yes === true) return true;
    const { stdin, stderr } = context.io;
    if (!stdin.isTTY || !stderr.isTTY) {
      throw new MqhaError('needs-consent', `not done without an answer: ${question}`, {
        hint: 'Answer with --yes where there is no terminal to ask on.',
      });
    }
    try {
      const reply = await ask(context.io, question, context.signal);
      return /^y(es)?$/i.test(reply.trim());
    } catch (error) {
      // Ctrl-C and Ctrl-D reach readline, not our handler of signals: the terminal is in raw mode.
      if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
      throw new MqhaError('interrupted', 'interrupted at the question; nothing was done', {
        hint: 'Run the command again, or answer with --yes.',
      });
    }
  };
}
