import { isMap, isSeq, parseDocument, type Document } from 'yaml';
import { bindings } from '../../config/checks.js';
import { lineEnd, lineStart } from '../../config/edit-lines.js';
import { parseConfig } from '../../config/load.js';
import type { ClusterConfig, NodeConfig } from '../../config/schema.js';
import { usageError } from '../../lib/errors.js';

/**
 * Nodes that come to a cluster, by the rule of the port table: web and message ports count up from the last
 * one, and so do loopback addresses of replication; where all replicate on one address, its port does.
 * @param canBind whether this machine can listen on the given loopback address
 */
export async function newNodes(
  config: ClusterConfig,
  count: number,
  canBind: (host: string) => Promise<boolean>,
): Promise<NodeConfig[]> {
  const made: NodeConfig[] = [];
  for (let index = 0; index < count; index++) {
    made.push(await newNode({ ...config, nodes: [...config.nodes, ...made] }, canBind));
  }
  return made;
}

async function newNode(
  config: ClusterConfig,
  canBind: (host: string) => Promise<boolean>,
): Promise<NodeConfig> {
  const { nodes } = config;
  const taken = bindings(config);
  const host = nodes.at(-1)?.host ?? '127.0.0.1';
  const used = new Set<number>();
  const freeAfter = (last: number, address: string) => {
    let port = last + 1;
    while (used.has(port) || taken.some((other) => other.port === port && other.host === address)) {
      port++;
    }
    used.add(port);
    return port;
  };
  const numbers = nodes.map(({ replicationHost }) =>
    Number(/^127\.0\.0\.(\d+)$/.exec(replicationHost)?.[1] ?? Number.NaN),
  );
  const next = `127.0.0.${Math.max(...numbers) + 1}`;
  const ownAddresses =
    numbers.every((number) => number < 254) && new Set(numbers).size === nodes.length;
  const address = ownAddresses && (await canBind(next)) ? next : undefined;
  const replicationHost = address ?? nodes.at(-1)?.replicationHost ?? host;
  const ports = nodes.map((node) => node.replicationPort);
  return {
    name: nextName(nodes.map(({ name }) => name)),
    host,
    webPort: freeAfter(Math.max(...nodes.map((node) => node.webPort)), host),
    messagePort: freeAfter(Math.max(...nodes.map((node) => node.messagePort)), host),
    replicationHost,
    replicationPort: address
      ? (nodes.at(-1)?.replicationPort ?? Math.max(...ports))
      : freeAfter(Math.max(...ports), replicationHost),
    tls: nodes.some(({ tls }) => tls),
  };
}

/** `mq04` after `mq03`; the number goes on from the highest, in as many digits. */
function nextName(names: readonly string[]): string {
  const numbered = names.flatMap((name) => {
    const [, stem = '', digits = ''] = /^(.*?)(\d+)$/.exec(name) ?? [];
    return digits === '' ? [] : [{ stem, digits, number: Number(digits) }];
  });
  const last = numbered.at(-1) ?? { stem: 'mq', digits: '00', number: 0 };
  const highest = Math.max(
    last.number,
    ...numbered.filter(({ stem }) => stem === last.stem).map(({ number }) => number),
  );
  for (let number = highest + 1; ; number++) {
    const name = `${last.stem}${String(number).padStart(last.digits.length, '0')}`;
    if (!names.some((other) => other.toLowerCase() === name.toLowerCase())) return name;
  }
}

export interface NodeEdit {
  readonly add: readonly NodeConfig[];
  readonly remove: readonly string[];
}

/**
 * Changes `replicas` and `nodes` in the text of an `mqha.yaml`; everything else stays as a person wrote it, to
 * the letter where the file is written as `init` writes it, else with its comments.
 * @param file how the text is named in messages
 * @throws MqhaError `config-invalid`
 */
export function editNodes(source: string, file: string, edit: NodeEdit): string {
  const before = parseConfig(source, file);
  const left = before.nodes.filter(({ name }) => !edit.remove.includes(name));
  const wanted = [...left, ...edit.add];
  for (const change of [changeText, changeDocument]) {
    const text = changed(() => change(source, edit, wanted.length));
    if (text !== undefined && says(text, file, before, wanted)) return text;
    // What does not fit together then, as a port of `broker.connectors` that counts up to another's.
    if (text !== undefined) parseConfig(text, file);
  }
  throw usageError(
    'config-invalid',
    `${file}: its nodes are written in a way that mqha cannot change`,
    'Write `replicas` and the list of `nodes` without anchors and aliases, each node an entry of its own.',
  );
}

/** Undefined also where the `yaml` package cannot write it: an alias whose anchor was taken out. */
function changed(change: () => string | undefined): string | undefined {
  try {
    return change();
  } catch {
    return undefined;
  }
}

/** Whether a text means the same cluster with these nodes. */
function says(
  text: string,
  file: string,
  before: ClusterConfig,
  nodes: readonly NodeConfig[],
): boolean {
  try {
    const now = parseConfig(text, file);
    return JSON.stringify(now) === JSON.stringify({ ...before, replicas: nodes.length, nodes });
  } catch {
    return false;
  }
}

/** Cuts and pastes lines. */
function changeText(source: string, edit: NodeEdit, replicas: number): string | undefined {
  const document = parseDocument(source);
  const places = rangesIn(document);
  if (!places) return undefined;
  const { count, items } = places;
  const last = items.at(-1);
  const lead = last && source.slice(lineStart(source, last.start), last.start);
  if (!last || lead === undefined || !/^\s*-\s+$/.test(lead)) return undefined;
  const changes = [
    { start: count.start, end: count.end, text: String(replicas) },
    ...items.flatMap(({ name, start, end }) =>
      edit.remove.includes(name)
        ? [{ start: lineStart(source, start), end: lineEnd(source, end), text: '' }]
        : [],
    ),
  ];
  if (edit.add.length > 0) {
    const at = lineEnd(source, last.end);
    const newline = at > 0 && source[at - 1] !== '\n' ? '\n' : '';
    const lines = edit.add.map((node) => `${lead}${flowNode(node)}\n`).join('');
    changes.push({ start: at, end: at, text: `${newline}${lines}` });
  }
  return changes
    .sort((a, b) => b.start - a.start)
    .reduce(
      (text, { start, end, text: by }) => text.slice(0, start) + by + text.slice(end),
      source,
    );
}

interface Place {
  readonly start: number;
  readonly end: number;
}

function rangesIn(
  document: Document.Parsed,
): { readonly count: Place; readonly items: readonly (Place & { name: string })[] } | undefined {
  const replicas = document.get('replicas', true) as
    { range?: readonly number[] | null } | undefined;
  const nodes = document.get('nodes', true);
  const [start, end] = replicas?.range ?? [];
  if (start === undefined || end === undefined || !isSeq(nodes) || nodes.flow === true) {
    return undefined;
  }
  const items = nodes.items.map((item) => {
    const [from, to] = isMap(item) ? (item.range ?? []) : [];
    if (!isMap(item) || from === undefined || to === undefined) return undefined;
    return { name: String(item.get('name')), start: from, end: to };
  });
  if (items.some((item) => item === undefined)) return undefined;
  return { count: { start, end }, items: items.flatMap((item) => item ?? []) };
}

/** A node as mqha.yaml has it: whether it speaks TLS is said of the cluster. */
function entryOf(node: NodeConfig): Omit<NodeConfig, 'tls' | 'broker'> {
  const { name, host, webPort, messagePort, replicationHost, replicationPort } = node;
  return { name, host, webPort, messagePort, replicationHost, replicationPort };
}

function flowNode(node: NodeConfig): string {
  const pairs = Object.entries(entryOf(node)).map(([key, value]) => `${key}: ${String(value)}`);
  return `{ ${pairs.join(', ')} }`;
}

/** As the `yaml` package writes it: comments stay, their columns may not. */
function changeDocument(source: string, edit: NodeEdit, replicas: number): string | undefined {
  const document = parseDocument(source);
  const nodes = document.get('nodes', true);
  if (!isSeq(nodes)) return undefined;
  const list = nodes;
  list.items = list.items.filter(
    (item) => !(isMap(item) && edit.remove.includes(String(item.get('name')))),
  );
  for (const node of edit.add) list.add(document.createNode(entryOf(node), { flow: true }));
  document.set('replicas', replicas);
  return document.toString({ lineWidth: 0 });
}
