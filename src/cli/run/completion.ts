import { completionScript } from '../generators/completion.js';
import { SHELLS, type completion } from '../commands/completion.js';
import type { InputOf } from '../definition.js';
import { usageError } from '../../lib/errors.js';
import { answer } from '../output/io.js';
import type { CommandContext } from './context.js';

/** `mqha completion <shell>` */
export function run(context: CommandContext, input: InputOf<typeof completion>): Promise<void> {
  const shell = SHELLS.find((name) => name === input.shell);
  if (shell === undefined) {
    throw usageError(
      'usage',
      `there is no completion for "${input.shell}"`,
      `There is one for ${SHELLS.join(', ')}.`,
    );
  }
  const script = completionScript(shell);
  answer(context.io, { shell, script }, () => script.trimEnd());
  return Promise.resolve();
}
