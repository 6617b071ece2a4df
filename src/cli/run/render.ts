import { checkRendered, render } from '../../operations/start/prepare.js';
import { answer } from '../output/io.js';
import { differences } from '../../stores/sync.js';
import { Deadline } from '../../lib/time.js';
import type { render as definition } from '../commands/render.js';
import type { InputOf } from '../definition.js';
import { confirmWith, withCluster, type CommandContext } from './context.js';
import { counted } from '../../lib/counted.js';

/** `mqha render [--check]` */
export async function run(
  context: CommandContext,
  { check = false, yes = false }: InputOf<typeof definition>,
): Promise<number> {
  if (check) {
    const found = await withCluster(context, checkRendered, ANY);
    answer(
      context.io,
      { differences: found.map(({ file, state }) => ({ path: file.path, state })) },
      () => differences(found).trimEnd(),
    );
    return found.length === 0 ? 0 : 1;
  }
  const result = await withCluster(
    context,
    async (cluster) => {
      const deadline = Deadline.in(60_000);
      const refused = (error: unknown) =>
        error instanceof Error && 'code' in error && REFUSALS.has(String(error.code));
      try {
        return await render(cluster, yes, deadline);
      } catch (error) {
        if (!refused(error) || !context.io.stdin.isTTY) throw error;
        const confirm = confirmWith(context, yes);
        if (!(await confirm(`${(error as Error).message}. Render even so?`))) throw error;
        return render(cluster, true, deadline);
      }
    },
    ANY,
  );
  answer(context.io, { written: result.written, kept: result.kept }, ({ written, kept }) =>
    written.length === 0
      ? 'every file is as mqha.yaml says'
      : [
          `rendered ${counted(written.length, 'file')}; a broker that runs reads them when it is restarted`,
          ...kept.map((copy) => `kept ${copy}`),
        ].join('\n'),
  );
  return 0;
}

/** It is what makes a copy a cluster of its own. */
const ANY = { copied: true };

const REFUSALS = new Set(['edited-file', 'cluster-moved']);
