import type { BrokerFile, FileFacts } from '../conf/broker-file.js';
import { clashes, listenersOf, onOneHost, type Listener } from '../conf/listeners.js';
import type { Finding } from '../finding.js';
import type { FileChecks } from './group.js';
import { reserveCommand } from '../outgoing-ports.js';

/** The ports that nodes open. */
export const portChecks: FileChecks = (files, facts) => {
  const opened = files.map((file) => ({ file, listeners: listenersOf(file) }));
  const clash = opened.flatMap(({ file, listeners }, index) => [
    ...within(listeners),
    ...opened
      .slice(0, index)
      .filter((other) => onOneHost(other.file, file))
      .flatMap((other) => between(other.file, other.listeners, listeners)),
  ]);
  return [
    ...clash,
    ...outgoing(
      opened.flatMap(({ listeners }) => listeners),
      facts,
    ),
  ];
};

function within(listeners: readonly Listener[]): Finding[] {
  return listeners.flatMap((one, index) => {
    const other = listeners.slice(0, index).find((earlier) => clashes(earlier, one));
    if (!other) return [];
    const message = `${one.what} has port ${one.port}, as ${other.what} in line ${other.at.line}`;
    return [{ code: 'port-clash', result: 'fail', at: one.at, message } as const];
  });
}

function between(
  file: BrokerFile,
  theirs: readonly Listener[],
  ours: readonly Listener[],
): Finding[] {
  return ours.flatMap((one) => {
    const other = theirs.find((their) => clashes(their, one));
    if (!other) return [];
    const message = `${one.what} has port ${one.port}, as ${other.what} in ${file.file}, which is on the same machine`;
    return [{ code: 'port-clash', result: 'fail', at: one.at, message } as const];
  });
}

function outgoing(
  listeners: readonly Listener[],
  { outgoing: range, reserved, isReserved }: FileFacts,
): Finding[] {
  if (!range) {
    const [first] = listeners;
    if (!first) return [];
    const message = 'the range of ports for outgoing connections cannot be read here';
    return [{ code: 'port-outgoing', result: 'unknown', at: first.at, message }];
  }
  const inside = listeners.filter(
    ({ port }) => port >= range.from && port <= range.to && !isReserved(port),
  );
  const ports = [...new Set(inside.map(({ port }) => port))].sort((a, b) => a - b);
  return inside.map(({ what, port, at }) => ({
    code: 'port-outgoing',
    result: 'warn',
    at,
    message: `${what} has port ${port}, one of ${range.from}-${range.to} of this machine's outgoing connections: any of them can hold it when the broker starts`,
    hint: `Reserve ${ports.length === 1 ? 'it' : 'them'} (\`${reserveCommand(ports, { reserved })}\`, and in /etc/sysctl.d to last), or choose ports below ${range.from}.`,
  }));
}
