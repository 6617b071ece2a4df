import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MqhaError } from '../lib/errors.js';
import { renderTemplate } from '../lib/templates.js';
import { hidesSomething, visibleJson } from '../lib/visible.js';

/** What a systemd unit of a cluster depends on. */
export interface UnitOptions {
  /** The cluster's name. */
  readonly cluster: string;
  /** The cluster directory; absolute. */
  readonly directory: string;
  /** Name or number of the user that the brokers run as. */
  readonly user: string;
  /** The node program; absolute. */
  readonly node: string;
  /** The directory of this npm package. */
  readonly packageRoot: string;
  /** Where PATH, JAVA_HOME and the place of the cache are taken from; nothing else is. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Paths only: a unit is readable for everybody, so nothing that could be a secret goes into it. */
const ENVIRONMENT = ['PATH', 'JAVA_HOME', 'MQHA_CACHE', 'XDG_CACHE_HOME'];

/**
 * The text of a systemd unit that runs the supervisor of a cluster.
 * @throws MqhaError `unit-impossible` where a path has a character that systemd does not take
 */
export function systemdUnit(options: UnitOptions): string {
  const { cluster, directory, user, node, packageRoot, env } = options;
  const assignments = ENVIRONMENT.flatMap((name) => {
    const value = env[name];
    return value === undefined || value === '' ? [] : [`${name}=${value}`];
  });
  for (const text of [directory, node, packageRoot, ...assignments]) {
    if (hidesSomething(text)) throw impossible(text, 'a control character');
  }
  // Escaped or not, systemd takes no program with one of these in its path.
  if (/["'\\]/.test(node)) throw impossible(node, 'a quote or a backslash');
  const program = [argument(join(packageRoot, 'bin', 'mqha.js')), '-C', argument(directory)];
  return renderTemplate('systemd/mqha.service', {
    description: percent(`ActiveMQ cluster ${cluster} (mqha)`),
    documentation: quoted(pathToFileURL(join(packageRoot, 'README.md')).href),
    user,
    workingDirectory: wholeLine(directory),
    environment: assignments.map(quoted),
    start: [quoted(node), ...program].join(' '),
    // There it is an argument of the shell.
    stop: [argument(node), ...program].join(' '),
  });
}

function impossible(text: string, what: string): MqhaError {
  return new MqhaError(
    'unit-impossible',
    `${visibleJson(JSON.stringify(text))} holds ${what}, which systemd does not take there`,
    { hint: 'Rename the directory, or set the variable to another path.' },
  );
}

/** `%` begins a specifier of systemd everywhere in a unit. */
function percent(text: string): string {
  return text.replaceAll('%', '%%');
}

/** One word as `Environment=` and the program of `ExecStart=` take it; `$` means nothing there. */
function quoted(text: string): string {
  return `"${percent(text).replace(/["\\]/g, '\\$&')}"`;
}

/** One argument of `ExecStart=`, where `$` begins a variable. */
function argument(text: string): string {
  return quoted(text.replaceAll('$', '$$$$'));
}

/**
 * A path that is a setting's whole line: neither quotes nor escapes are known there. Blanks at its
 * end would be cut off and a backslash would join the next line; a slash keeps both from the end.
 */
function wholeLine(path: string): string {
  return percent(/[\s\\]$/.test(path) ? `${path}/` : path);
}
