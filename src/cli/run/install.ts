import { resolve } from 'node:path';
import { prepareRuntime } from '../../operations/start/prepare.js';
import { billOfMaterials, cacheRoot, exportArtifacts } from '../../distribution/index.js';
import { writeFileAtomic } from '../../lib/files.js';
import { visibleJson } from '../../lib/visible.js';
import { answer } from '../output/io.js';
import type { install } from '../commands/install.js';
import type { InputOf } from '../definition.js';
import { withHost, type CommandContext } from './context.js';

/** Instead of a file: stdout. */
const PRINTED = '-';

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
    const sbom =
      input.sbom === undefined ? undefined : await billOfMaterials(distribution, java, host.env);
    if (sbom && input.sbom !== undefined && input.sbom !== PRINTED) {
      await writeFileAtomic(resolve(cwd, input.sbom), `${JSON.stringify(sbom, null, 2)}\n`);
    }
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
      sbom:
        sbom === undefined ? null : input.sbom === PRINTED ? sbom : resolve(cwd, input.sbom ?? ''),
    };
  });
  answer(io, value, () =>
    // Whoever has it printed reads nothing else from there.
    typeof value.sbom === 'object' && value.sbom !== null
      ? visibleJson(JSON.stringify(value.sbom, null, 2))
      : [
          `ActiveMQ ${value.activemq} is installed and verified in ${value.cache}`,
          ...(typeof value.sbom === 'string' ? [`wrote ${value.sbom}`] : []),
          ...(input.export === undefined ? [] : [`exported to ${resolve(cwd, input.export)}`]),
        ].join('\n'),
  );
}
