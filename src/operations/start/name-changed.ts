import { renderedConfig } from '../../config/kept.js';
import { ZOOKEEPER } from '../../config/processes.js';
import { MqhaError } from '../../lib/errors.js';
import { openCluster, type Cluster } from '../../state/cluster.js';
import {
  meetingKeysDiffering,
  settingMarkers,
  settingsFor,
  settingsOf,
} from '../../stores/settings.js';

/**
 * Refuses to render or start where brokers run with another word than mqha.yaml by which brokers find one another. One that
 * is started with the new word is no member of theirs: it would take a node from them, and two of its kind would elect a
 * master beside theirs. With another word on TLS, ZooKeeper and the brokers are out of reach as well.
 * @throws MqhaError `name-changed`
 */
export async function refuseNameChanged(cluster: Cluster): Promise<void> {
  const { config, registry } = cluster;
  const names = config.nodes.map(({ name }) => name);
  await refuseOtherZooKeeper(cluster);
  for (const [name, { argv }] of await registry.findAll(names)) {
    const [key] = meetingKeysDiffering(config, name, argv);
    if (key === undefined) continue;
    const has = settingsOf(argv).keys?.get(key) ?? '';
    const wanted = settingsFor(config, name).get(key) ?? '';
    throw new MqhaError(
      'name-changed',
      `${name} runs with ${key} ${has}, and mqha.yaml says ${wanted}: a broker that is started now would be no member of its cluster`,
      {
        hint: `Set \`${key}\` to ${has} again, or run \`mqha down\` and then \`mqha up\`. Nothing was changed.`,
      },
    );
  }
}

/** A managed ZooKeeper may run without a broker, and says nothing of TLS itself. @throws MqhaError `name-changed` */
async function refuseOtherZooKeeper({ config, layout, registry }: Cluster): Promise<void> {
  if (!(await registry.findAll([ZOOKEEPER])).has(ZOOKEEPER)) return;
  const has = (await renderedConfig(layout))?.zookeeper.tls;
  if (has === undefined || has === config.zookeeper.tls) return;
  const word = has ? 'with TLS' : 'in clear';
  throw new MqhaError(
    'name-changed',
    `ZooKeeper runs ${word}, and mqha.yaml says ${has ? 'in clear' : 'with TLS'}: it could not be reached`,
    { hint: 'Set `tls` as it was, or run `mqha down` and then `mqha up`. Nothing was changed.' },
  );
}

/**
 * The cluster as its supervisor starts what died: as it was rendered last, where mqha.yaml has other words since by which
 * brokers find one another. Whether anything runs does not matter: all brokers may have died at once.
 * @returns the cluster itself where mqha.yaml fits what was rendered, or where that is not known or is not what runs
 */
export async function asRendered(cluster: Cluster): Promise<Cluster> {
  const { config, layout, host, registry } = cluster;
  const rendered = await renderedConfig(layout);
  if (!rendered) return cluster;
  const isEdited = rendered.nodes.some(
    ({ name }) => meetingKeysDiffering(config, name, settingMarkers(rendered, name)).length > 0,
  );
  if (!isEdited) return cluster;
  const running = await registry.findAll(config.nodes.map(({ name }) => name));
  const isWhatRuns = [...running].every(
    ([name, { argv }]) => meetingKeysDiffering(rendered, name, argv).length === 0,
  );
  return isWhatRuns ? openCluster(layout.directory, host, { rendered }) : cluster;
}
