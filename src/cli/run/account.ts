import { listAccounts, showAccount, type AccountList } from '../../operations/accounts/accounts.js';
import { rotateAccounts, type RotateResult } from '../../operations/accounts/rotate.js';
import type { accountRotate, accountShow } from '../commands/account.js';
import type { InputOf } from '../definition.js';
import { answer } from '../output/io.js';
import { plainTable } from '../output/status-table.js';
import { withCluster, type CommandContext } from './context.js';

/** `mqha account list` */
export async function list(context: CommandContext): Promise<void> {
  answer(context.io, await withCluster(context, listAccounts), listText);
}

function listText({ accounts }: AccountList): string {
  const rows = accounts.map(({ name, kind, messages, web, passwordFile, state }) => [
    name,
    kind,
    [...(messages ? ['messages'] : []), ...(web ? ['web'] : [])].join(', '),
    passwordFile ?? 'generated',
    state ?? '',
  ]);
  return plainTable(['ACCOUNT', 'KIND', 'PORTS', 'PASSWORD', ''], rows);
}

/** `mqha account show <name>` */
export async function show(
  context: CommandContext,
  { name }: InputOf<typeof accountShow>,
): Promise<void> {
  const shown = await withCluster(context, (cluster) => showAccount(cluster, name));
  answer(context.io, shown, ({ password }) => `user      ${shown.name}\npassword  ${password}`);
}

/** `mqha account rotate [name…]` */
export async function rotate(
  context: CommandContext,
  { names, grace = 0, timeout }: InputOf<typeof accountRotate>,
): Promise<void> {
  const result = await withCluster(context, (cluster) =>
    rotateAccounts(cluster, { names, graceMs: grace, timeoutMs: timeout }),
  );
  answer(context.io, result, rotatedText);
}

function rotatedText({ rotated, resumed, master }: RotateResult): string {
  const seen = master === null ? '' : `; ${master} takes the new ones and refuses the old ones`;
  return [
    ...(rotated.length > 0 ? [`rotated ${rotated.join(', ')}${seen}`] : []),
    ...(resumed.length > 0
      ? [`brought to its end what was interrupted: ${resumed.join(', ')}`]
      : []),
    '`mqha env` and `mqha account show <name>` print the new passwords',
  ].join('\n');
}
