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
    'supervisor/fault-clock',
    'supervisor/faults',
    'supervisor/observer',
    'supervisor/sessions',
    'supervisor/short-disks',
    'supervisor/state',
    'supervisor/supervisor',
    'supervisor/wanted',
  ],
  // What changes a cluster that runs.
  operations: [
    'destroy',
    'operations/class-data',
    'operations/kill',
    'operations/put-right',
    'operations/restart',
    'operations/supervision',
    'operations/switchover',
    'switchover',
    'wait',
  ],
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
  start: ['operations/files', 'operations/start'],
  // What decides, without what carries out.
  core: [
    'stores',
    'supervisor/copies',
    'supervisor/crash-backoff',
    'supervisor/decide',
    'supervisor/failover-log',
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
