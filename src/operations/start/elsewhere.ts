import { renderedConfig } from '../../config/kept.js';
import type { ClusterConfig } from '../../config/schema.js';
import { MqhaError } from '../../lib/errors.js';
import { openCluster, type Cluster } from '../../state/cluster.js';
import { meetingKeysDiffering, settingsFor, settingsOf } from '../../stores/settings.js';

/**
 * Refuses to render or start where brokers run with another word than mqha.yaml by which brokers find one another. One that
 * is started with the new word is no member of theirs: it would take a node from them, and two of its kind would elect a
 * master beside theirs. With another word on TLS, ZooKeeper and the brokers are out of reach as well.
 * @throws MqhaError `name-changed`
 */
export async function refuseElsewhere({ config, registry }: Cluster): Promise<void> {
  const names = config.nodes.map(({ name }) => name);
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

/**
 * The cluster as that is started which died while mqha.yaml says other words, by which brokers find one another, than those
 * of the brokers that run: as they run. The rendered files are theirs, since nothing is rendered meanwhile.
 * @returns the cluster itself where mqha.yaml fits what runs, or where it is not known how that was rendered
 */
export async function asRendered(cluster: Cluster): Promise<Cluster> {
  const { config, layout, host, registry } = cluster;
  const running = await registry.findAll(config.nodes.map(({ name }) => name));
  const fits = (one: ClusterConfig) =>
    [...running].every(([name, { argv }]) => meetingKeysDiffering(one, name, argv).length === 0);
  if (fits(config)) return cluster;
  const rendered = await renderedConfig(layout);
  return rendered && fits(rendered) ? openCluster(layout.directory, host, { rendered }) : cluster;
}
