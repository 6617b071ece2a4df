import type { Definition } from '../definition.js';
import { accountList, accountRotate, accountShow } from './account.js';
import { archiveClasses } from './archive-classes.js';
import { certsClient, certsExport, certsRenew, certsShow } from './certs.js';
import { check } from './check.js';
import { configGet, configSchema, configSet, configUnset } from './config.js';
import { completion } from './completion.js';
import { consume } from './consume.js';
import { destroy } from './destroy.js';
import { doctor } from './doctor.js';
import { down } from './down.js';
import { drill } from './drill.js';
import { env } from './env.js';
import { events } from './events.js';
import { exportSystemd } from './export-systemd.js';
import { history } from './history.js';
import { init } from './init.js';
import { install } from './install.js';
import { kill } from './kill.js';
import { logs } from './logs.js';
import { open } from './open.js';
import { purge } from './purge.js';
import { queues } from './queues.js';
import { render } from './render.js';
import { restart } from './restart.js';
import { scale } from './scale.js';
import { send } from './send.js';
import { start } from './start.js';
import { status } from './status.js';
import { stop } from './stop.js';
import { supervise } from './supervise.js';
import { switchover } from './switchover.js';
import { up } from './up.js';
import { version } from './version.js';
import { wait } from './wait.js';

/** Every command, in the order of help, group after group. */
export const COMMANDS = [
  init,
  render,
  configGet,
  configSet,
  configUnset,
  configSchema,
  install,
  destroy,
  up,
  start,
  stop,
  restart,
  down,
  switchover,
  scale,
  status,
  check,
  wait,
  doctor,
  logs,
  events,
  history,
  kill,
  drill,
  env,
  open,
  send,
  consume,
  queues,
  purge,
  accountList,
  accountShow,
  accountRotate,
  certsShow,
  certsRenew,
  certsClient,
  certsExport,
  supervise,
  exportSystemd,
  completion,
  version,
  archiveClasses,
] as const satisfies readonly Definition[];

export type CommandName = (typeof COMMANDS)[number]['name'];
