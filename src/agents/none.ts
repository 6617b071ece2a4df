import { MqhaError } from '../lib/errors.js';
import type { NodeAgent } from './agent.js';

/** The agent of a machine that is out of reach: it sees nothing, and refuses what would be done there. */
export function agentOutOfReach(host: string): NodeAgent {
  const refused = () =>
    new MqhaError('node-elsewhere', `${host} is another machine, and out of reach from here`, {
      hint: `Run the command on ${host}.`,
    });
  return {
    host,
    can: new Set(),
    launch: () => Promise.reject(refused()),
    signal: () => Promise.reject(refused()),
    watchExit: () => {
      throw refused();
    },
    heldPorts: () => Promise.resolve(undefined),
    unbindablePorts: () => Promise.reject(refused()),
    holderOf: () => Promise.resolve(undefined),
    connectionsAt: () => Promise.resolve(undefined),
    bootedAt: () => undefined,
    startedAt: () => Promise.resolve(undefined),
  };
}
