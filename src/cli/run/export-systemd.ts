import { stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { MqhaError, usageError } from '../../lib/errors.js';
import { systemdUnit } from '../../operations/systemd.js';
import { readIfThere, writeFileAtomic } from '../../lib/files.js';
import { answer } from '../output/io.js';
import { packageRoot } from '../../lib/package.js';
import type { exportSystemd } from '../commands/export-systemd.js';
import type { InputOf } from '../definition.js';
import { confirmWith, withCluster, type CommandContext } from './context.js';

const UNITS = '/etc/systemd/system';

/** A name or a number; systemd takes no other characters either. */
const USER = /^[a-z0-9_][a-z0-9_.@-]*\$?$/i;

/** `mqha export systemd` */
export async function run(
  context: CommandContext,
  { user, output, yes }: InputOf<typeof exportSystemd>,
): Promise<void> {
  const { io, cwd } = context;
  const { MQHA_CACHE: cache } = io.env;
  const unit = await withCluster(context, async ({ config, layout }) =>
    systemdUnit({
      cluster: config.name,
      directory: layout.directory,
      user: await userOf(user, layout.directory),
      node: process.execPath,
      packageRoot: packageRoot(),
      env: { ...io.env, MQHA_CACHE: cache && resolve(cwd, cache) },
    }),
  );
  if (output === undefined) {
    answer(io, { unit, file: null, written: false }, () => unit.trimEnd());
    return;
  }
  const file = resolve(cwd, output);
  const written = await write(context, file, unit, yes);
  answer(io, { unit, file, written }, () =>
    [written ? `wrote ${file}` : `${file} is as it should be`, `next, as root: ${next(file)}`].join(
      '\n',
    ),
  );
}

/** Who owns the cluster: the files with its secrets are readable for nobody else. */
async function userOf(named: string | undefined, directory: string): Promise<string> {
  if (named !== undefined) {
    if (USER.test(named)) return named;
    throw usageError(
      'usage',
      `--user ${named} is no user name`,
      'Name the user who owns the cluster.',
    );
  }
  const { uid } = await stat(directory);
  try {
    const self = userInfo();
    return self.uid === uid ? self.username : String(uid);
  } catch {
    return String(uid); // A user without a name, as containers have them.
  }
}

async function write(
  context: CommandContext,
  file: string,
  unit: string,
  yes: boolean | undefined,
): Promise<boolean> {
  const directory = dirname(file);
  const isDirectory = await stat(directory).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isDirectory) {
    throw new MqhaError('no-directory', `${directory} is no directory`, {
      hint: 'Make it, or name another file with --output.',
    });
  }
  const found = await readIfThere(file);
  if (found === unit) return false;
  if (found !== undefined && !(await confirmWith(context, yes)(`Overwrite ${file}? It differs.`))) {
    throw new MqhaError('declined', `not done: ${file} was left as it is`, {
      hint: 'Answer with --yes to overwrite it, or name another file with --output.',
    });
  }
  await writeFileAtomic(file, unit);
  return true;
}

function next(file: string): string {
  const name = basename(file);
  const enable = `systemctl daemon-reload && systemctl enable --now ${name}`;
  return dirname(file) === UNITS ? enable : `cp ${file} ${join(UNITS, name)} && ${enable}`;
}
