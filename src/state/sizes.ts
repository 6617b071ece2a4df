import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { settingsOf } from '../stores/settings.js';
import type { Layout } from '../config/layout.js';
import type { ClusterConfig } from '../config/schema.js';
import { MqhaError } from '../lib/errors.js';
import { readIfThere } from '../lib/files.js';
import { defineStateFile } from '../lib/state-file.js';
import { outOfReach } from './agents.js';
import type { Cluster } from './cluster.js';

/** The directory below the cluster's that keeps the nodes which have left. */
export const REMOVED = 'nodes-removed';

/** The `replicas` of each node that takes part in elections, by name. */
export type Sizes = Readonly<Record<string, number>>;

/** A change of the number of nodes that was begun and has not ended. */
export interface SizeChange {
  readonly from: number;
  readonly to: number;
  readonly began: string;
  /** The command that has begun it; absent where an earlier mqha has. */
  readonly command?: string | undefined;
  /** The nodes that leave. */
  readonly leaving: readonly string[];
  /** Whether a person has agreed to an outage that is longer than a failover. */
  readonly consented: boolean;
  /** The command that has stopped nodes since, so that nobody goes on before a person says so. */
  readonly halted?: { readonly at: string; readonly command: string } | undefined;
}

/**
 * Which nodes are in force, and with which `replicas` each is started: mqha.yaml says what is wanted, this
 * says what the messages that are there were acknowledged by. Only `mqha scale` changes it.
 */
export interface InForce {
  readonly sizes: Sizes;
  readonly change?: SizeChange | undefined;
}

/** With a guess of who has the messages an election could miss some. */
const SIZE = defineStateFile<InForce>({
  name: 'size.json',
  schema: z.looseObject({
    sizes: z.record(z.string(), z.int()),
    change: z.optional(
      z.looseObject({
        from: z.int(),
        to: z.int(),
        began: z.string(),
        command: z.optional(z.string()),
        leaving: z.array(z.string()),
        consented: z.boolean(),
        halted: z.optional(z.looseObject({ at: z.string(), command: z.string() })),
      }),
    ),
  }),
  damage: {
    policy: 'refuse',
    error: (path, _why, cause) =>
      new MqhaError('state-damaged', `${path} is damaged`, {
        hint: 'It says which nodes have the messages. Remove it only where mqha.yaml names exactly the nodes that were started last.',
        cause,
      }),
  },
});

/**
 * What is in force; undefined before the first start.
 * @throws MqhaError `state-damaged`
 */
export function readInForce(layout: Layout): Promise<InForce | undefined> {
  return SIZE.in(layout.state).load();
}

/** Call it with the cluster's lock held. @throws MqhaError `disk-full`, `no-permission` */
export async function writeInForce(layout: Layout, value: InForce): Promise<void> {
  await SIZE.in(layout.state).write(value);
}

/**
 * Notes who is in force where that was never noted, before the files that tell it are rendered anew. Call it with
 * the cluster's lock held.
 */
export async function keepInForce(cluster: Cluster): Promise<void> {
  if (await readInForce(cluster.layout)) return;
  const names = cluster.config.nodes.map(({ name }) => name);
  const begun = names.some((name) => hasStore(cluster, name));
  if (begun || (await cluster.registry.findAll(names)).size > 0) {
    await writeInForce(cluster.layout, await inForceOf(cluster));
  }
}

/** As mqha.yaml says. */
export function sizesOf(config: ClusterConfig): Sizes {
  return Object.fromEntries(config.nodes.map(({ name }) => [name, config.replicas]));
}

/** The configuration as one node is started with it. */
export function sized(
  config: ClusterConfig,
  name: string,
  sizes: Sizes | undefined,
): ClusterConfig {
  const replicas = sizes?.[name];
  return replicas === undefined ? config : { ...config, replicas };
}

/** Whether two say the same of the same nodes. */
export function sameSizes(a: Sizes, b: Sizes): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

const hasStore = ({ layout, store }: Cluster, name: string) =>
  existsSync(store.files.directory(layout.node(name).data));

/** The `replicas` of a node's rendered file; undefined where it was not rendered. */
async function renderedReplicas({ layout }: Cluster, name: string): Promise<number | undefined> {
  const text = await readIfThere(join(layout.node(name).conf, 'activemq.xml'));
  const found = /\sreplicas="(\d+)"/.exec(text ?? '')?.[1];
  return found === undefined ? undefined : Number(found);
}

/**
 * What is in force, as it stands or as it must be taken to be where nothing is written: what runs has what it
 * was started with, or rendered with, and a node that was never rendered is new. Where no node runs or has a
 * store, it is what mqha.yaml says.
 */
export async function inForceOf(cluster: Cluster): Promise<InForce> {
  const { config, layout, registry } = cluster;
  const written = await readInForce(layout);
  if (written?.change) return written;
  const names = [
    ...new Set([...config.nodes.map((node) => node.name), ...Object.keys(written?.sizes ?? {})]),
  ];
  const running = await registry.findAll(names);
  if (running.size === 0 && !names.some((name) => hasStore(cluster, name))) {
    return { sizes: sizesOf(config) };
  }
  if (written) return written;
  const found = await Promise.all(
    config.nodes.map(async ({ name }) => {
      const proven = settingsOf(running.get(name)?.argv ?? []).replicas;
      return [name, proven ?? (await renderedReplicas(cluster, name))] as const;
    }),
  );
  const sizes = Object.fromEntries(
    found.flatMap(([name, replicas]) => (replicas === undefined ? [] : [[name, replicas]])),
  ) as Sizes;
  return { sizes: Object.keys(sizes).length === 0 ? sizesOf(config) : sizes };
}

/** How an edited mqha.yaml differs from what is in force; undefined where it does not. */
export function sizeDifference(config: ClusterConfig, { sizes }: InForce): string | undefined {
  const wanted = sizesOf(config);
  if (sameSizes(wanted, sizes)) return undefined;
  const now = Object.keys(sizes);
  const values = [...new Set(Object.values(sizes))];
  const parts = [
    `mqha.yaml says replicas ${config.replicas}, and ${now.join(', ')} ${now.length === 1 ? 'has' : 'have'} ${values.join(' and ')}`,
  ];
  const gone = now.filter((name) => wanted[name] === undefined);
  if (gone.length > 0) parts.push(`mqha.yaml no longer names ${gone.join(', ')}`);
  const come = Object.keys(wanted).filter((name) => sizes[name] === undefined);
  if (come.length > 0) parts.push(`${come.join(', ')} ${come.length === 1 ? 'is' : 'are'} new`);
  return parts.join('; ');
}

/**
 * What a person does about such a difference.
 * @param isByHand whether nodes are out of reach of mqha
 */
export function sizeHint(config: ClusterConfig, { sizes }: InForce, isByHand: boolean): string {
  const now = Object.keys(sizes);
  const names = new Set(config.nodes.map(({ name }) => name));
  const grows = now.every((name) => names.has(name)) && config.nodes.length > now.length;
  if (grows && isByHand) {
    return `\`mqha scale ${config.nodes.length} --dry-run\` prints the order in which to do it by hand, host by host; docs/several-hosts.md says how.`;
  }
  return grows
    ? `Run \`mqha scale ${config.nodes.length}\`: it brings the running brokers over in an order in which nothing is lost.`
    : `Restore mqha.yaml (${now.join(', ')}; replicas ${Math.max(...Object.values(sizes))}) and run \`mqha scale <n>\`, which brings the brokers over in an order in which nothing is lost.`;
}

/** Whether nodes of a cluster are where mqha can start and stop nothing. */
export function isByHand(cluster: Cluster): boolean {
  return outOfReach(cluster, cluster.config.nodes, 'launch').length > 0;
}

/**
 * Refuses what would start brokers of another size beside those that hold the messages: what two of three
 * have acknowledged, three of five can miss.
 * @throws MqhaError `size-changed`
 */
export async function refuseSizeChange(cluster: Cluster): Promise<void> {
  const now = await inForceOf(cluster);
  if (now.change) return;
  const difference = sizeDifference(cluster.config, now);
  if (difference === undefined) return;
  throw new MqhaError('size-changed', `not started: ${difference}`, {
    hint: sizeHint(cluster.config, now, isByHand(cluster)),
  });
}

/**
 * Lets nodes start that are in force, and notes at the first start who that is. Call it with the lock held.
 * @returns with what each is started
 * @throws MqhaError `scale-unfinished`, `size-changed` where one of these nodes is not in force
 */
export async function admitToElections(cluster: Cluster, names: readonly string[]): Promise<Sizes> {
  const now = await inForceOf(cluster);
  const others = names.filter((name) => now.sizes[name] === undefined);
  if (others.length > 0) {
    const list = others.join(', ');
    throw now.change
      ? new MqhaError(
          'scale-unfinished',
          `not started: ${list} is not in force yet; the change from ${now.change.from} to ${now.change.to} nodes has not ended`,
          { hint: `Run \`mqha scale ${now.change.to}\`, which resumes where it ended.` },
        )
      : new MqhaError(
          'size-changed',
          `not started: ${sizeDifference(cluster.config, now) ?? list}`,
          { hint: sizeHint(cluster.config, now, isByHand(cluster)) },
        );
  }
  const written = await readInForce(cluster.layout);
  if (!written || !sameSizes(written.sizes, now.sizes)) await writeInForce(cluster.layout, now);
  return now.sizes;
}
