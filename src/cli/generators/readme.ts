import { table } from './markdown.js';
import { listedCommands, usageOf } from './words.js';

/** The README's table of commands. */
export function commandTable(): string[] {
  const rows = listedCommands().map((command) => [
    `\`${usageOf(command)}\``,
    command.definition.details,
    command.options.map(({ long }) => `\`${long}\``).join(', '),
  ]);
  return table(['command', 'does', 'options'], rows);
}
