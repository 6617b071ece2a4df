import type { Endpoint } from '../../../lib/dial.js';
import type { Deadline } from '../../../lib/time.js';
import type { CoordinatorLimits } from '../../store.js';
import { askWord } from './server.js';

/**
 * The limits that a server says to the four-letter word `conf`, which a ZooKeeper from 3.5 on answers only where
 * `4lw.commands.whitelist` has it.
 */
export async function limitsOf(endpoint: Endpoint, deadline: Deadline): Promise<CoordinatorLimits> {
  const server = `${endpoint.host}:${endpoint.port}`;
  try {
    return { server, ...parseLimits(await askWord(endpoint, 'conf', deadline)) };
  } catch {
    return { server, state: 'silent' };
  }
}

/** `tickTime=2000`, `maxClientCnxns=60` and so on, a line each (source: ZooKeeper 3.9, ConfCommand). */
export function parseLimits(answer: string): Omit<CoordinatorLimits, 'server'> {
  const number = (name: string) => {
    const found = new RegExp(`^${name}=(\\d{1,9})\\s*$`, 'm').exec(answer)?.[1];
    return found === undefined ? undefined : Number(found);
  };
  const [min, max] = [number('minSessionTimeout'), number('maxSessionTimeout')];
  const connections = number('maxClientCnxns');
  if (min === undefined || max === undefined || connections === undefined) {
    return { state: answer === '' ? 'silent' : 'closed' };
  }
  return { state: 'read', minSessionMs: min, maxSessionMs: max, maxConnections: connections };
}
