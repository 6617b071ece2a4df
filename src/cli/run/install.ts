import { resolve } from 'node:path';
import { prepareRuntime } from '../../operations/start/prepare.js';
import { cacheRoot, exportArtifacts } from '../../distribution/index.js';
import { answer } from '../output/io.js';
import type { install } from '../commands/install.js';
import type { InputOf } from '../definition.js';
import { withHost, type CommandContext } from './context.js';

/** `mqha install` */
export async function run(context: CommandContext, input: InputOf<typeof install>): Promise<void> {
  const { cwd, io } = context;
  const value = await withHost(context, async (host) => {
    const from = input.from === undefined ? undefined : resolve(cwd, input.from);
    const { distribution, java } = await prepareRuntime(host, { full: true, from });
    const exported =
      input.export === undefined
        ? undefined
        : await exportArtifacts({
            env: host.env,
            signal: host.signal,
            to: resolve(cwd, input.export),
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
      ...(input.export === undefined ? [] : [`exported to ${resolve(cwd, input.export)}`]),
    ].join('\n'),
  );
}
