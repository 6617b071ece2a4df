import { resolve } from 'node:path';
import { prepareRuntime } from '../../operations/start/prepare.js';
import { cacheRoot, exportArtifacts } from '../../distribution/index.js';
import { answer } from '../output/io.js';
import { withHost, type CommandContext } from './context.js';

export interface InstallFlags {
  readonly from?: string;
  readonly export?: string;
}

/** `mqha install` */
export async function install(context: CommandContext, flags: InstallFlags): Promise<void> {
  const { cwd, io } = context;
  const value = await withHost(context, async (host) => {
    const from = flags.from === undefined ? undefined : resolve(cwd, flags.from);
    const { distribution, java } = await prepareRuntime(host, { full: true, from });
    const exported =
      flags.export === undefined
        ? undefined
        : await exportArtifacts({
            env: host.env,
            signal: host.signal,
            to: resolve(cwd, flags.export),
            onEvent: (event) => {
              host.emit({ type: 'install', event });
            },
          });
    return {
      activemq: distribution.version,
      cache: cacheRoot(host.env),
      home: distribution.home,
      guarded: distribution.guard.guarded,
      patches: {
        applied: distribution.guard.applied ?? null,
        missing: distribution.guard.missing ?? null,
      },
      java: { version: java.version, home: java.home },
      exported: exported ?? null,
    };
  });
  answer(io, value, () =>
    [
      `ActiveMQ ${value.activemq} is installed and verified in ${value.cache}`,
      ...(flags.export === undefined ? [] : [`exported to ${resolve(cwd, flags.export)}`]),
    ].join('\n'),
  );
}
