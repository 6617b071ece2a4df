import { describe, expect, it } from 'vitest';
import { identityOf } from '../../src/certificates/identity.js';
import { layoutOf } from '../../src/config/layout.js';
import type { ClusterConfig } from '../../src/config/schema.js';
import { Deadline } from '../../src/lib/time.js';
import { replicatedLevelDb as store } from '../../src/stores/replicated-leveldb/index.js';
import type { Runtime } from '../../src/stores/store.js';
import { config, external } from './scenes.js';

const layout = layoutOf('/nowhere');
const runtime: Runtime = {
  java: '/jdk/bin/java',
  home: '/home',
  classPath: ['a', 'b'],
  jvmOptions: ['-X'],
};
const SECRETS = { username: 'u', password: 'p', securityToken: 't', zookeeperPassword: 'z' };
const target = (of: ClusterConfig) => ({ config: of, clusterId: 'id' });

describe('replicatedLevelDB', () => {
  it('runs a ZooKeeper of its own before the brokers, unless there is an ensemble', () => {
    const [first] = config.nodes;
    expect(store.services(config, first ? [first] : [])).toEqual([
      { name: 'zookeeper', kind: 'coordinator' },
      { name: 'mq01', kind: 'broker' },
    ]);
    expect(store.services(external, external.nodes).map(({ kind }) => kind)).toEqual([
      'broker',
      'broker',
      'broker',
    ]);
  });

  it('launches each as what it is, marked with its cluster and its name', () => {
    for (const [kind, name, main] of [
      ['broker', 'mq02', 'org.apache.activemq.console.command.ShellCommand'],
      ['coordinator', 'zookeeper', 'org.apache.zookeeper.server.quorum.QuorumPeerMain'],
    ] as const) {
      const directories = kind === 'broker' ? layout.node(name) : layout.zookeeper;
      const plan = store.command({ name, kind }, { ...target(config), directories }, runtime);
      expect(plan).toMatchObject({ name, command: runtime.java, cwd: directories.base });
      expect(plan.argv).toEqual(
        expect.arrayContaining(['-Dmqha.cluster=id', `-Dmqha.node=${name}`, '-X', main]),
      );
    }
  });

  it('has the last word on who reads over JMX', () => {
    const open = '-Dcom.sun.management.jmxremote.authenticate=false';
    const read = { ...config, java: { ...config.java, options: [open] } };
    const jmx = { ...read, broker: { ...config.broker, jmx: { port: 1099 } } };
    const spec = { name: 'mq01', kind: 'broker' } as const;
    const { argv } = store.command(
      spec,
      { ...target(jmx), directories: layout.node('mq01') },
      runtime,
    );
    const said = argv.filter((word) => word.includes('jmxremote.authenticate'));
    expect(said).toEqual([open, '-Dcom.sun.management.jmxremote.authenticate=true']);
  });

  it('renders what it has read back', async () => {
    const files = await store.render(config, SECRETS, { mq02: 5 });
    const xml = (name: string) =>
      files.find(({ path }) => path === `nodes/${name}/conf/activemq.xml`)?.content;
    expect(xml('mq01')).toContain('replicas="3"');
    expect(xml('mq02')).toContain('replicas="5"');
    // Two of one name: the file of one is not what the other is configured with.
    const twice = { ...config, nodes: config.nodes.map((node) => ({ ...node, name: 'mq01' })) };
    await expect(store.render(twice, SECRETS, undefined)).rejects.toMatchObject({
      code: 'render-mismatch',
    });
  });

  it('has no coordinator that serves where there is no server', async () => {
    const none = { ...config, zookeeper: { ...config.zookeeper, servers: [] } };
    expect(
      await store.isCoordinatorServing(none, identityOf(layoutOf('/nowhere')), Deadline.in(100)),
    ).toBe(false);
  });
});
