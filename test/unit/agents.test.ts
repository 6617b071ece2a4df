import { hostname } from 'node:os';
import { describe, expect, it, vi } from 'vitest';
import type { NodeAgent } from '../../src/agents/agent.js';
import { agentOutOfReach } from '../../src/agents/none.js';
import { portTable } from '../../src/config/defaults.js';
import { observe } from '../../src/observe/observe.js';
import { valueOf } from '../../src/observe/reading.js';
import { agentOf, outOfReach, placesOf, withinReach } from '../../src/state/agents.js';
import type { Cluster } from '../../src/state/cluster.js';
import { clusterOf } from './scenes.js';

const AWAY = 'hostb';
const PROCESS = { pid: 1, startTime: '1' };
const PLAN = {
  name: 'mq02',
  command: '/bin/false',
  argv: [],
  env: {},
  cwd: '/',
  logDirectory: '/',
};
const PORT = { key: 'webPort', host: AWAY, port: 8161 };

const hosts = ['127.0.0.1', AWAY, hostname()];
const config = await portTable({ nodes: 3, hosts }, () => Promise.resolve(true));
const cluster = clusterOf(config);
const namesOf = (nodes: readonly { readonly name: string }[]) => nodes.map(({ name }) => name);

describe('the agent of a node', () => {
  it('is that of this machine where the node’s address is one of it', () => {
    expect(config.nodes.map((node) => agentOf(cluster, node) === cluster.here)).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('decides what is within reach, and what is not', () => {
    expect(namesOf(withinReach(cluster, config.nodes, 'launch'))).toEqual(['mq01', 'mq03']);
    const others = outOfReach(cluster, config.nodes, 'launch');
    expect(placesOf(others)).toBe('mq02 is on hostb');
  });

  it('is asked for each ability of its own', () => {
    const here: NodeAgent = { ...cluster.here, can: new Set(['processes']) };
    expect(namesOf(withinReach({ here }, config.nodes, 'processes'))).toEqual(['mq01', 'mq03']);
    expect(withinReach({ here }, config.nodes, 'files')).toEqual([]);
  });
});

describe('the agent of a machine out of reach', () => {
  const agent = agentOutOfReach(AWAY);

  it.each<[string, () => unknown]>([
    ['launch', () => agent.launch(PLAN)],
    ['signal', () => agent.signal(PROCESS, 'SIGKILL')],
    ['try ports', () => agent.unbindablePorts([PORT])],
    ['watch', () => Promise.resolve().then(() => agent.watchExit('/nowhere', () => undefined))],
  ])('refuses to %s, with the host and what to do', async (_what, act) => {
    await expect(act()).rejects.toMatchObject({
      code: 'node-elsewhere',
      message: 'hostb is another machine, and out of reach from here',
      hint: 'Run the command on hostb.',
    });
  });

  it('says of what it cannot see that it is unknown', async () => {
    expect(agent.can.size).toBe(0);
    expect(await agent.heldPorts([PORT])).toBeUndefined();
    expect(await agent.holderOf(8161)).toBeUndefined();
    expect(agent.bootedAt(new Date())).toBeUndefined();
    expect(await agent.startedAt(1, new Date())).toBeUndefined();
  });
});

describe('an observation', () => {
  it('looks at the processes, ports and files of a node through its agent only', async () => {
    const held = [{ ...PORT, reason: 'taken' }];
    const heldPorts = vi.fn(() => Promise.resolve(held));
    const seen: Cluster = { ...cluster, here: { ...cluster.here, heldPorts } };
    const { nodes } = await observe(seen);
    expect(nodes.map(({ local }) => local)).toEqual([true, false, true]);
    expect(nodes.map((node) => valueOf(node.held))).toEqual([held, undefined, held]);
    const blind = { ...seen, here: agentOutOfReach('here') };
    const unknown = (await observe(blind)).nodes;
    expect(unknown.map(({ local }) => local)).toEqual([false, false, false]);
    expect(
      unknown.every(
        ({ disk, nodeId, ended }) => ![disk, nodeId, ended].some((one) => 'value' in one),
      ),
    ).toBe(true);
  });
});
