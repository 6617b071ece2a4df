// The unit tests that speak of a folder of src/. Others go through its code too, and assert nothing of it: each would be
// run for every mutant that nothing kills.

/** @type {Readonly<Record<string, readonly string[]>>} Names below test/unit/. */
const TESTS = {
  observe: [
    'agents',
    'election-watch',
    'exposure',
    'fullness',
    'heap-dumps',
    'judge',
    'limits',
    'link-problems',
    'members',
    'message-port',
    'observe/',
    'output',
    'patches',
    'problems',
    'reading',
    'sizes',
    'stated-faults',
    'supervisor/decide',
    'supervisor/fault-clock',
    'supervisor/faults',
    'supervisor/observer',
  ],
  supervisor: [
    'stores',
    'supervisor/actions',
    'supervisor/attachment',
    'supervisor/copies',
    'supervisor/crash-backoff',
    'supervisor/decide',
    'supervisor/failover-log',
    'supervisor/failures',
    'supervisor/fault-clock',
    'supervisor/faults',
    'supervisor/observer',
    'supervisor/sessions',
    'supervisor/short-disks',
    'supervisor/state',
    'supervisor/supervisor',
    'supervisor/wanted',
  ],
  // All of the folder, for minutes a run; parts of it follow, each for the files that its tests speak of.
  operations: [
    'certs',
    'close-znodes',
    'commands',
    'export',
    'failing',
    'follow-kill',
    'journal/commands',
    'name-changed',
    'operations-log',
    'operations/',
    'scale-edit',
    'scale-guards',
    'scale-plan',
    'sizes',
    'stores',
    'switchover',
    'users',
  ],
  // What stops, and what makes and removes.
  down: ['operations/down'],
  change: ['operations/restart', 'operations/switchover', 'switchover'],
  kill: ['operations/kill'],
  undo: ['operations/put-right'],
  archive: ['operations/class-data'],
  supervision: ['operations/supervision', 'wait'],
  // Of a start what is rendered and planned of it.
  files: ['operations/files', 'operations/ports', 'operations/steps'],
  // What of it decides or says something, and needs no process.
  decided: [
    'close-znodes',
    'export',
    'follow-kill',
    'name-changed',
    'operations/as-rendered',
    'operations/died',
    'operations/nodes',
    'operations/phases',
    'operations/ports',
    'operations/restart-differing',
    'operations/steps',
    'operations/watch',
    'stores',
    'switchover',
  ],
  start: ['operations/start'],
  // What decides, without what carries out.
  core: [
    'stores',
    'supervisor/copies',
    'supervisor/crash-backoff',
    'supervisor/decide',
    'supervisor/failover-log',
    'supervisor/failures',
    'supervisor/fault-clock',
    'supervisor/faults',
    'supervisor/sessions',
    'supervisor/short-disks',
    'supervisor/state',
  ],
  // Each stops and starts processes for seconds.
  restart: ['supervisor/restart'],
};

/** What is mutated: a folder of src/. */
export const folder = process.env.MQHA_MUTATED ?? '';

/** @param {string} name A file below test/unit/. */
export const isOfFolder = (name) =>
  name.endsWith('.test.ts') && (TESTS[folder] ?? []).some((start) => name.startsWith(start));
