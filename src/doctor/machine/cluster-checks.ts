import type { FileComparison } from '../../stores/sync.js';
import type { CoordinatorLimits } from '../../stores/store.js';
import type { ClusterConfig } from '../../config/schema.js';
import { timespan } from '../../config/units.js';
import type { StatusProblem } from '../../observe/status.js';
import type { Check, Result } from '../finding.js';
import { check } from './check.js';

/** Who holds a port of the cluster now. */
export interface PortSeen {
  /** `mq02 messagePort`. */
  readonly what: string;
  readonly node: string | null;
  readonly port: number;
  /** `unknown`: somebody holds it, and who that is cannot be seen. */
  readonly by: 'nobody' | 'cluster' | 'connection' | 'other' | 'unknown';
  readonly pid?: number;
  readonly command?: string;
}

/** What the ports that were looked at mean. */
export function portResults(ports: readonly PortSeen[]): Check[] {
  const wrong = ports.flatMap(({ what, node, port, by, pid, command }): Check[] => {
    if (by === 'nobody' || by === 'cluster') return [];
    const who =
      pid === undefined ? '' : ` (pid ${pid}${command === undefined ? '' : `, ${command}`})`;
    const told = { ...(node === null ? {} : { node }) };
    switch (by) {
      case 'connection':
        return [
          check('ports', 'fail', {
            ...told,
            message: `${what} ${port} is the own end of an outgoing connection${who}: a broker cannot open it now`,
            hint: 'It is free when that connection ends. Reserve the port, so that it is given to none (`outgoing-ports`).',
          }),
        ];
      case 'other':
        return [
          check('ports', 'fail', {
            ...told,
            message: `${what} ${port} is held by another process${who}`,
          }),
        ];
      case 'unknown':
        return [
          check('ports', 'unknown', {
            ...told,
            message: `${what} ${port} is held, and this user cannot see by whom`,
            hint: `\`ss -ltnp 'sport = :${port}'\` as root says it.`,
          }),
        ];
    }
  });
  return wrong.length > 0 ? wrong : [check('ports', 'pass')];
}

/** What a comparison of the rendered files with mqha.yaml means. @param files those that differ */
export function renderedResults(files: readonly Pick<FileComparison, 'state' | 'file'>[]): Check[] {
  const found = files.flatMap(({ state, file: { path } }): Check[] => {
    switch (state) {
      case 'same':
        return [];
      case 'edited':
        return [
          check('rendered', 'fail', {
            file: path,
            message: 'it was edited: nothing can be started, and a broker that dies stays down',
          }),
        ];
      case 'missing':
      case 'outdated': {
        const message = state === 'missing' ? 'it is missing' : 'it is older than mqha.yaml';
        const hint = '`mqha up` writes it; `mqha restart` has brokers that run read it.';
        return [check('rendered', 'warn', { file: path, message, hint })];
      }
    }
  });
  return found.length > 0 ? found : [check('rendered', 'pass')];
}

/** Each broker has a session, mqha has two, and who looks has one. */
const CONNECTIONS = 10;

/** What the limits of an ensemble mean for the brokers. */
export function limitResults(
  { zookeeper }: ClusterConfig,
  limits: readonly CoordinatorLimits[],
): Check[] {
  if (zookeeper.managed) {
    return [
      check('zookeeper-limits', 'pass', {
        message: 'the limits of the managed ZooKeeper are those that mqha writes',
      }),
    ];
  }
  const wanted = zookeeper.sessionTimeoutMs;
  const found = limits.flatMap(
    ({ server, state, minSessionMs = 0, maxSessionMs = Infinity, maxConnections = 0 }) => {
      const say = (result: Result, message: string, hint?: string) =>
        check('zookeeper-limits', result, {
          message: `${server} ${message}`,
          ...(hint === undefined ? {} : { hint }),
        });
      if (state === 'silent')
        return [
          say(
            'unknown',
            'does not answer',
            'See whether it runs, and whether its port can be reached from here.',
          ),
        ];
      if (state === 'closed') {
        return [
          say(
            'unknown',
            'does not say its limits',
            '`4lw.commands.whitelist=srvr,conf` in its zoo.cfg lets it be asked. Without more it raises sessions to 2 × tickTime (4 s), and cuts them to 20 × tickTime (40 s).',
          ),
        ];
      }
      return [
        ...(minSessionMs > wanted
          ? [
              say(
                'warn',
                `raises the session timeout from ${timespan(wanted)} to ${timespan(minSessionMs)}: a crash is noticed so much later where no supervisor runs`,
              ),
            ]
          : []),
        ...(maxSessionMs < wanted
          ? [
              say(
                'warn',
                `cuts the session timeout from ${timespan(wanted)} to ${timespan(maxSessionMs)}: a broker may pause no longer`,
              ),
            ]
          : []),
        ...(maxConnections > 0 && maxConnections < CONNECTIONS
          ? [say('warn', `lets ${maxConnections} connections of one address in (maxClientCnxns)`)]
          : []),
      ];
    },
  );
  return found.length > 0 ? found : [check('zookeeper-limits', 'pass')];
}

/** The problems of `mqha status`, each by its own code. What is looked at more closely here is left out. */
export function statusResults(problems: readonly StatusProblem[]): Check[] {
  const told = problems.filter(({ code }) => code !== 'port-taken');
  if (told.length === 0) return [check('status', 'pass')];
  const results = { error: 'fail', warning: 'warn', info: 'unknown' } as const;
  return told.map(({ severity, code, node, message, hint }) => ({
    code,
    result: results[severity],
    file: null,
    line: null,
    column: null,
    node,
    message,
    hint,
  }));
}
