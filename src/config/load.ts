import { LineCounter, parseDocument, type Document } from 'yaml';
import type * as z from 'zod';
import { messageOf, usageError, type MqhaError, type Problem } from '../lib/errors.js';
import { completeBroker } from './broker/broker.js';
import { crossChecks } from './checks.js';
import { messageMbOf } from './limits.js';
import { MISSING } from './fields.js';
import { likelyKey } from './known-keys.js';
import { readConfigFile } from './read.js';
import { clusterFile, type ClusterConfig, type ClusterFile } from './schema.js';
import { parseConnect } from './servers.js';
import { tlsOf } from './tls.js';
import { parseDuration, parseShare, parseSize } from './units.js';
import { completeUser } from './users.js';

/**
 * Reads and checks a cluster's `mqha.yaml`.
 * @throws MqhaError `no-cluster` where the file is absent, `config-invalid` with every problem in it.
 */
export async function loadConfig(file: string): Promise<ClusterConfig> {
  return parseConfig(await readConfigFile(file), file);
}

/**
 * Checks the text of an `mqha.yaml`.
 * @param file how the text is named in messages
 * @throws MqhaError `config-invalid` (exit code 2) that lists every problem with its line
 */
export function parseConfig(source: string, file: string): ClusterConfig {
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    throw invalid(
      file,
      document.errors.map((error) => ({
        path: `line ${lines.linePos(error.pos[0]).line}`,
        message: `not YAML: ${error.message}`,
      })),
    );
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 50 });
  } catch (error) {
    throw invalid(file, [{ path: '', message: `not YAML: ${messageOf(error)}` }]);
  }
  const { config, problems } = check(value ?? {});
  if (config) return config;
  throw invalid(
    file,
    problems.map((problem) => withLine(problem, document, lines)),
  );
}

/**
 * Checks values that came from options instead of a file.
 * @throws MqhaError `config-invalid` (exit code 2) with every problem
 */
export function completeConfig(input: unknown, source: string): ClusterConfig {
  const { config, problems } = check(input);
  if (config) return config;
  throw invalid(source, problems);
}

type Checked =
  | { readonly config: ClusterConfig; readonly problems?: undefined }
  | { readonly config?: undefined; readonly problems: readonly Problem[] };

/** The configuration that a value means, or every problem of it. */
function check(value: unknown): Checked {
  const parsed = clusterFile.safeParse(value);
  if (parsed.success) {
    const config = complete(parsed.data);
    const problems = crossChecks(config);
    return problems.length > 0 ? { problems } : { config };
  }
  const { issues } = parsed.error;
  const problems = issues.flatMap(toProblems);
  if (!issues.every(isUnknownKeys)) return { problems };
  // All that is known is valid by itself; what does not fit together is told as well.
  const known = clusterFile.safeParse(withoutKeys(value, issues));
  return { problems: [...problems, ...(known.success ? crossChecks(complete(known.data)) : [])] };
}

function isUnknownKeys(issue: z.core.$ZodIssue): issue is z.core.$ZodIssueUnrecognizedKeys {
  return issue.code === 'unrecognized_keys';
}

function withoutKeys(
  value: unknown,
  unknown: readonly z.core.$ZodIssueUnrecognizedKeys[],
): unknown {
  const copy: unknown = structuredClone(value);
  for (const { path, keys } of unknown) {
    const object = path.reduce<unknown>(
      (at, key) => (at as Record<PropertyKey, unknown>)[key],
      copy,
    );
    for (const key of keys) Reflect.deleteProperty(object as object, key);
  }
  return copy;
}

function invalid(source: string, problems: readonly Problem[]): MqhaError {
  const [first] = problems;
  const message =
    problems.length === 1 && first
      ? `${source}: ${describe(first)}`
      : `${source}: ${problems.length} problems:\n${problems.map((p) => `  - ${describe(p)}`).join('\n')}`;
  return usageError(
    'config-invalid',
    message,
    problems.length === 1
      ? 'Correct it and run the command again.'
      : 'Correct them and run the command again.',
    problems,
  );
}

function describe(problem: Problem): string {
  return problem.path === '' ? problem.message : `${problem.path}: ${problem.message}`;
}

function toProblems(issue: z.core.$ZodIssue): Problem[] {
  const path = pathText(issue.path);
  if (isUnknownKeys(issue)) {
    return issue.keys.map((key) => ({
      path: path === '' ? key : `${path}.${key}`,
      message: unknownKey(likelyKey(issue.path, key)),
    }));
  }
  const missing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
  return [{ path, message: missing ? MISSING : inWords(issue.message) }];
}

const SHAPES: Readonly<Record<string, string>> = {
  object: 'keys with their values',
  record: 'keys with their values',
  array: 'a list',
  null: 'nothing',
};

/** What the library says of a value where keys or a list are wanted, in words of people who write YAML. */
function inWords(message: string): string {
  const [, wanted = '', got = ''] =
    /^Invalid input: expected (object|record|array), received (\w+)$/.exec(message) ?? [];
  if (wanted === '') return message;
  return `expected ${SHAPES[wanted] ?? wanted}, got ${SHAPES[got] ?? `a ${got}`}`;
}

function unknownKey(likely: string | undefined): string {
  return likely === undefined
    ? 'unknown key; see the README for the keys of mqha.yaml'
    : `unknown key; did you mean ${likely}?`;
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) =>
      typeof key === 'number'
        ? `${text}[${key}]`
        : text === ''
          ? String(key)
          : `${text}.${String(key)}`,
    '',
  );
}

function withLine(problem: Problem, document: Document, lines: LineCounter): Problem {
  const keys = problem.path.split(/[.[\]]+/).filter((key) => key !== '');
  for (let length = keys.length; length > 0; length--) {
    const path = keys.slice(0, length).map((key) => (/^\d+$/.test(key) ? Number(key) : key));
    const node = document.getIn(path, true);
    if (hasRange(node)) {
      return { ...problem, path: `line ${lines.linePos(node.range[0]).line}, ${problem.path}` };
    }
  }
  return problem;
}

function hasRange(node: unknown): node is { range: [number, number, number] } {
  return typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range);
}

/**
 * Whoever watches the processes takes a dead one out of the election at once, and can let a living
 * one pause for long; without a watcher the timeout is also how long a failover takes.
 */
function sessionTimeout(supervised: boolean): string {
  return supervised ? '10s' : '2s';
}

/** Fills in what the file left to its defaults. All units were checked by the schema. */
function complete(file: ClusterFile): ClusterConfig {
  const checked = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('a checked unit did not parse');
    return value;
  };
  const secured = tlsOf(file.tls);
  const { servers, chroot } = checked(parseConnect(file.zookeeper.connect));
  return {
    name: file.name,
    version: file.version,
    replicas: file.replicas,
    sync: file.sync,
    authentication: file.authentication,
    users: file.users.map(completeUser),
    console: file.console,
    insecureNetwork: file.insecureNetwork,
    ...(secured ? { tls: secured } : {}),
    zookeeper: {
      managed: file.zookeeper.managed,
      connect: `${servers.map((s) => `${s.host}:${s.port}`).join(',')}${chroot}`,
      servers,
      path: file.zookeeper.path,
      authentication: file.zookeeper.authentication,
      // An ensemble of one's own need not have a port for TLS.
      tls: file.zookeeper.tls ?? (file.zookeeper.managed && secured !== undefined),
      sessionTimeoutMs: checked(
        parseDuration(file.zookeeper.sessionTimeout ?? sessionTimeout(file.supervisor.enabled)),
      ),
    },
    store: file.store,
    java: {
      ...(file.java.home === undefined ? {} : { home: file.java.home }),
      heapMb: checked(parseSize(file.java.heap)),
      heapDump: file.java.heapDump,
      options: file.java.options,
    },
    limits: {
      memoryPercent: checked(parseShare(file.limits.memory)),
      storeMb: checked(parseSize(file.limits.store)),
      tempMb: checked(parseSize(file.limits.temp)),
      messageMb:
        file.limits.message === undefined
          ? messageMbOf(checked(parseSize(file.java.heap)))
          : checked(parseSize(file.limits.message)),
      connections: file.limits.connections,
    },
    broker: completeBroker(file.broker),
    supervisor: {
      enabled: file.supervisor.enabled,
      restarts: file.supervisor.restarts,
      startMs: checked(parseDuration(file.supervisor.start)),
      hungMs: checked(parseDuration(file.supervisor.hung)),
      promotionMs: checked(parseDuration(file.supervisor.promotion)),
      attachMs: checked(parseDuration(file.supervisor.attach)),
      vetoMs: checked(parseDuration(file.supervisor.veto)),
      absentMs: checked(parseDuration(file.supervisor.absent)),
      zookeeperMs: checked(parseDuration(file.supervisor.zookeeper)),
    },
    nodes: file.nodes.map((node) => ({
      ...node,
      replicationHost: node.replicationHost ?? node.host,
      tls: secured !== undefined,
    })),
  };
}
