import { stringify } from 'yaml';
import { getSetting, setSetting, type SettingChange } from '../../operations/config/settings.js';
import type { configGet, configSet, configUnset } from '../commands/config.js';
import type { InputOf } from '../definition.js';
import { answer } from '../output/io.js';
import { withCluster, type CommandContext } from './context.js';

/** `mqha config get [key]` */
export async function get(
  context: CommandContext,
  { key }: InputOf<typeof configGet>,
): Promise<void> {
  const setting = await withCluster(context, (cluster) => getSetting(cluster, key));
  answer(context.io, setting, ({ value }) => yamlOf(value));
}

/** `mqha config set <key> [value]` */
export async function set(
  context: CommandContext,
  { key, value, timeout }: InputOf<typeof configSet>,
): Promise<void> {
  const change = await withCluster(context, (cluster) => setSetting(cluster, key, value, timeout));
  answer(context.io, change, changeText);
}

/** `mqha config unset <key>` */
export async function unset(
  context: CommandContext,
  { key, timeout }: InputOf<typeof configUnset>,
): Promise<void> {
  const change = await withCluster(context, (cluster) =>
    setSetting(cluster, key, undefined, timeout),
  );
  answer(context.io, change, changeText);
}

/** `mqha config schema` */
export async function schema(context: CommandContext): Promise<void> {
  const { clusterFileSchema } = await import('../../config/json-schema.js');
  await context.io.stdout.json(`${JSON.stringify(clusterFileSchema(), null, 2)}\n`);
}

const yamlOf = (value: unknown) => stringify(value, { lineWidth: 0 }).trimEnd();

const inline = (value: unknown) =>
  value === null ? 'nothing' : typeof value === 'string' ? value : JSON.stringify(value);

function changeText({ key, before, after, changed, restart }: SettingChange): string {
  return [
    changed ? `${key}: ${inline(before)} → ${inline(after)}` : `${key} is ${inline(after)} already`,
    ...(restart.length > 0
      ? [
          `${restart.join(', ')} ${restart.length === 1 ? 'runs' : 'run'} with other settings than mqha.yaml says; \`mqha restart\` takes it over`,
        ]
      : []),
  ].join('\n');
}
