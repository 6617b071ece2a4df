import { describe, expect, it } from 'vitest';
import type { HeldPort, NodeAgent, PortHolder } from '../../../src/agents/agent.js';
import type { ClusterConfig } from '../../../src/config/schema.js';
import { refuseHeldPorts } from '../../../src/operations/start/plan.js';
import type { Cluster } from '../../../src/state/cluster.js';
import { clusterOf, config, external, running } from '../scenes.js';

interface Machine {
  readonly of?: ClusterConfig;
  /** Who has a process. */
  readonly runs?: readonly string[];
  /** What cannot be bound, by `mqha.yaml`'s key. */
  readonly held?: Readonly<Record<string, HeldPort['reason']>>;
  readonly holder?: PortHolder;
}

/** Tries the ports of a start of all nodes on such a machine. */
async function tryPorts({ of = config, runs = [], held = {}, holder }: Machine) {
  const tried: string[] = [];
  const cluster = clusterOf(of);
  const findAll = (names: readonly string[]) =>
    Promise.resolve(
      new Map(names.filter((name) => runs.includes(name)).map((name) => [name, running(1)])),
    );
  const here = {
    ...cluster.here,
    can: cluster.here.can,
    unbindablePorts: (ports: readonly (HeldPort & { owner: string })[]) => {
      tried.push(...ports.map(({ owner, key }) => `${owner} ${key}`));
      return Promise.resolve(
        ports.flatMap((port) => {
          const reason = held[port.key];
          return reason === undefined || port.owner.startsWith('mq02') ? [] : [{ ...port, reason }];
        }),
      );
    },
    holderOf: () => Promise.resolve(holder),
  } as unknown as NodeAgent;
  const registry = { findAll } as unknown as Cluster['registry'];
  const error = await refuseHeldPorts({ ...cluster, here, registry }, of.nodes).then(
    () => undefined,
    (thrown: unknown) => thrown as { code: string; message: string; hint: string },
  );
  return { tried, error };
}

describe('the ports of a start', () => {
  it('are tried of what does not run: nodes, and a ZooKeeper that is managed', async () => {
    const { tried, error } = await tryPorts({});
    expect(error).toBeUndefined();
    expect(tried[0]).toBe('the managed ZooKeeper zookeeper.connect');
    for (const name of ['mq01', 'mq02', 'mq03']) {
      expect(tried).toContain(`${name} messagePort`);
      expect(tried).toContain(`${name} webPort`);
      expect(tried).toContain(`${name} replicationPort`);
    }
    const { tried: some } = await tryPorts({ runs: ['zookeeper', 'mq01'] });
    expect([...new Set(some.map((port) => port.split(' ')[0]))]).toEqual(['mq02', 'mq03']);
    const { tried: foreign } = await tryPorts({ of: external });
    expect(foreign).not.toContain('the managed ZooKeeper zookeeper.connect');
  });

  it('are refused with each that is taken, and by whom', async () => {
    const { error } = await tryPorts({
      held: { webPort: 'taken' },
      holder: { kind: 'listener', pid: 42, command: 'nginx' },
    });
    expect(error).toMatchObject({ code: 'port-taken' });
    const [first, second] = config.nodes.filter(({ name }) => name !== 'mq02');
    expect(error?.message).toBe(
      [first, second]
        .map(
          (node) =>
            `${node?.host ?? ''}:${node?.webPort ?? ''}, the webPort of ${node?.name ?? ''}, is taken by pid 42 (nginx)`,
        )
        .join('; '),
    );
    expect(error?.hint).toContain('Change the port in mqha.yaml');
    const unseen = await tryPorts({ held: { webPort: 'taken' } });
    expect(unseen.error?.message).toMatch(/is taken by another process$/);
  });

  it('are refused with the other cluster that has them, which nobody is told to end', async () => {
    const of = { name: 'mq01', directory: '/srv/shop' };
    const { error } = await tryPorts({
      held: { webPort: 'taken' },
      holder: { kind: 'listener', pid: 42, command: 'java', of },
    });
    expect(error?.message).toContain('is held by mq01 of the cluster in /srv/shop');
    expect(error?.hint).toBe(
      'Change the port in mqha.yaml, or stop the other cluster with `mqha -C /srv/shop down`.',
    );
  });

  it('are refused with what helps where an outgoing connection has one', async () => {
    const { error } = await tryPorts({
      held: { messagePort: 'taken' },
      holder: { kind: 'connection' },
    });
    expect(error?.message).toContain('is the near end of an outgoing connection');
    expect(error?.hint).toContain('ip_local_reserved_ports');
  });

  it('are refused with an address that the machine does not have, and with what the system says', async () => {
    const missing = await tryPorts({ held: { replicationPort: 'no-address', webPort: 'taken' } });
    expect(missing.error).toMatchObject({ code: 'address-missing' });
    expect(missing.error?.message).toContain('is no address of this machine');
    const denied = await tryPorts({ held: { webPort: 'EACCES' } });
    expect(denied.error).toMatchObject({ code: 'port-taken' });
    expect(denied.error?.message).toContain('cannot be bound (EACCES)');
  });

  it('are not tried where a node is on another machine', async () => {
    const nodes = config.nodes.map((node, index) =>
      index === 1 ? { ...node, host: '198.51.100.1' } : node,
    );
    const { tried, error } = await tryPorts({ of: { ...config, nodes } });
    expect(error).toMatchObject({ code: 'node-elsewhere' });
    expect(error?.message).toContain('mq02');
    expect(tried).toEqual([]);
  });
});
