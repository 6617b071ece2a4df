import type { COMMANDS } from './commands/index.js';
import { fullName, type InputOf } from './definition.js';
import type { CommandContext } from './run/context.js';

type Commands = (typeof COMMANDS)[number];

/** The name that is typed, as fullName() gives it. */
type FullName<D extends Commands> = D extends {
  readonly parent: { readonly name: infer P extends string };
}
  ? `${P} ${D['name']}`
  : D['name'];

/** What a command does. @returns an exit code of its own, or nothing for 0 */
export type Run<I> = (
  context: CommandContext,
  input: I,
) => Promise<number | undefined> | Promise<void>;

/**
 * What each command does, loaded when it runs: `--help` and `--version` load nothing else. Apart from
 * the definitions, since what runs takes its types from them.
 */
export const ACTIONS: {
  readonly [D in Commands as FullName<D>]: () => Promise<{ readonly run: Run<InputOf<D>> }>;
} = {
  init: () => import('./run/init.js'),
  render: () => import('./run/render.js'),
  'config get': () => import('./run/config.js').then(({ get }) => ({ run: get })),
  'config set': () => import('./run/config.js').then(({ set }) => ({ run: set })),
  'config unset': () => import('./run/config.js').then(({ unset }) => ({ run: unset })),
  'config schema': () => import('./run/config.js').then(({ schema }) => ({ run: schema })),
  install: () => import('./run/install.js'),
  up: () => import('./run/up.js'),
  start: () => import('./run/start.js'),
  stop: () => import('./run/stop.js'),
  restart: () => import('./run/restart.js'),
  kill: () => import('./run/kill.js'),
  down: () => import('./run/down.js'),
  destroy: () => import('./run/destroy.js'),
  supervise: () => import('./run/supervise.js'),
  switchover: () => import('./run/switchover.js'),
  'archive-classes': () => import('./run/archive-classes.js'),
  drill: () => import('./run/drill.js'),
  scale: () => import('./run/scale.js'),
  'account list': () => import('./run/account.js').then(({ list }) => ({ run: list })),
  'account show': () => import('./run/account.js').then(({ show }) => ({ run: show })),
  'account rotate': () => import('./run/account.js').then(({ rotate }) => ({ run: rotate })),
  'certs show': () => import('./run/certs.js').then(({ show }) => ({ run: show })),
  'certs renew': () => import('./run/certs.js').then(({ renew }) => ({ run: renew })),
  'certs client': () => import('./run/certs.js').then(({ client }) => ({ run: client })),
  'certs export': () => import('./run/certs.js').then(({ exportFiles }) => ({ run: exportFiles })),
  'export systemd': () => import('./run/export-systemd.js'),
  status: () => import('./run/status.js'),
  check: () => import('./run/check.js'),
  wait: () => import('./run/wait.js'),
  doctor: () => import('./run/doctor.js'),
  logs: () => import('./run/logs.js'),
  events: () => import('./run/events.js'),
  history: () => import('./run/history.js'),
  env: () => import('./run/env.js'),
  send: () => import('./run/send.js'),
  consume: () => import('./run/consume.js'),
  queues: () => import('./run/queues.js'),
  purge: () => import('./run/purge.js'),
  open: () => import('./run/open.js'),
  completion: () => import('./run/completion.js'),
  version: () => import('./run/version.js'),
};

/** The action of a definition, by the name that is typed. */
export function actionOf(definition: Commands): (typeof ACTIONS)[keyof typeof ACTIONS] {
  const found = Object.entries(ACTIONS).find(([name]) => name === fullName(definition));
  if (!found) throw new Error(`${fullName(definition)} has no action`);
  return found[1];
}
