import { hostname } from 'node:os';
import type { NodeAgent } from '../agent.js';
import { watchExit } from './exit-watch.js';
import { launch } from './launch.js';
import { connectionsAt, heldPorts, holderOf, unbindablePorts } from './ports.js';
import type { ProcessRegistry } from './registry.js';
import { bootedAt, startedAt } from './table.js';

/** The agent of this machine, which can do everything. */
export function localAgent(registry: Pick<ProcessRegistry, 'signal'>): NodeAgent {
  return {
    host: hostname(),
    can: new Set(['processes', 'signal', 'launch', 'files', 'ports']),
    launch,
    signal: (found, signal) => registry.signal(found, signal),
    watchExit,
    heldPorts,
    unbindablePorts,
    holderOf,
    connectionsAt,
    bootedAt,
    startedAt,
  };
}
