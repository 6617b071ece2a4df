import { examineFiles } from '../../doctor/examine-files.js';
import { examineMachine } from '../../doctor/examine-machine.js';
import { MqhaError } from '../../lib/errors.js';
import type { doctor } from '../commands/doctor.js';
import type { InputOf } from '../definition.js';
import { coloursOf } from '../output/colours.js';
import { doctorText } from '../output/doctor-text.js';
import { answer } from '../output/io.js';
import { clusterDirectory, withHost, type CommandContext } from './context.js';

/** `mqha doctor` */
export async function run(
  context: CommandContext,
  { conf = [], client = [] }: InputOf<typeof doctor>,
): Promise<number> {
  const isOfFiles = conf.length + client.length > 0;
  const found = isOfFiles
    ? await examineFiles({ conf, client }, context.cwd)
    : await withHost(context, (host) => examineMachine(host, directoryOf(context), context.cwd));
  answer(context.io, found, (shown) => doctorText(shown, coloursOf(context.io.stdout)));
  return found.summary.fail > 0 ? 1 : 0;
}

/** The cluster that is meant; undefined where there is none and none is named. */
function directoryOf(context: CommandContext): string | undefined {
  try {
    return clusterDirectory(context);
  } catch (error) {
    const isNamed = context.cluster !== undefined || (context.io.env.MQHA_CLUSTER ?? '') !== '';
    if (error instanceof MqhaError && error.code === 'no-cluster' && !isNamed) return undefined;
    throw error;
  }
}
