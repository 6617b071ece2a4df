import { MqhaError } from '../../lib/errors.js';
import { reserveCommand } from '../outgoing-ports.js';
import type { FileFacts } from '../conf/broker-file.js';
import type { Check } from '../finding.js';
import { check, failed } from './check.js';

/** What was read of the machine. */
export interface MachineReadings {
  readonly java:
    { readonly version: string; readonly path: string; readonly warning?: string } | MqhaError;
  /** `absent`: not in the cache, and Maven can fetch it; `lost`: there is no Maven either. */
  readonly distribution: 'cached' | 'absent' | 'lost' | MqhaError;
  /** The hard limit of this process, which JVMs raise theirs to; undefined where it cannot be read. */
  readonly openFiles: number | undefined;
  readonly outgoing: FileFacts;
  /** The ports of the cluster, with what they are. */
  readonly ports: readonly { readonly what: string; readonly port: number }[];
  readonly locale: { readonly isUtf8: boolean; readonly name: string };
  /** The cluster directory, or that in which one would be. */
  readonly directory: string;
}

/** An index opens 1000 files at most (source: indexMaxOpenFiles), and a broker takes 1000 connections. */
const FEW_FILES = 4096;

/** What the readings of a machine mean. */
export function judgeMachine(seen: MachineReadings): Check[] {
  return [java(seen), distribution(seen), openFiles(seen), locale(seen), outgoing(seen)];
}

function java({ java: found }: MachineReadings): Check {
  if (found instanceof MqhaError) return failed('java', found);
  if (found.warning !== undefined) return check('java', 'warn', { message: found.warning });
  return check('java', 'pass', { message: `Java ${found.version} (${found.path})` });
}

function distribution({ distribution: found }: MachineReadings): Check {
  if (found instanceof MqhaError) return failed('distribution', found);
  switch (found) {
    case 'cached':
      return check('distribution', 'pass');
    case 'absent':
      return check('distribution', 'warn', {
        message: 'the cache lacks ActiveMQ and ZooKeeper; the next `up` fetches them with Maven',
        hint: '`mqha install` fetches them now.',
      });
    case 'lost':
      return check('distribution', 'fail', {
        message:
          'the cache lacks ActiveMQ and ZooKeeper, and there is no mvn on PATH to fetch them',
      });
  }
}

function openFiles({ openFiles: limit }: MachineReadings): Check {
  if (limit === undefined) {
    return check('open-files', 'unknown', {
      message: 'how many files a process may open cannot be read here',
      hint: 'See `ulimit -Hn`.',
    });
  }
  if (limit >= FEW_FILES) {
    const text =
      limit === Number.POSITIVE_INFINITY ? 'as many files as it wants' : `${limit} files`;
    return check('open-files', 'pass', { message: `a process may open ${text}` });
  }
  return check('open-files', 'warn', {
    message: `a process may open ${limit} files, which a broker with many clients can exceed`,
  });
}

function locale({ locale: { isUtf8, name }, directory }: MachineReadings): Check {
  // eslint-disable-next-line no-control-regex -- what is not ASCII
  if (isUtf8 || /^[\x00-\x7f]*$/.test(directory)) {
    return check('locale', 'pass', {
      message: isUtf8 ? `the locale is UTF-8 (${name})` : 'the path of the cluster is ASCII',
    });
  }
  const said = name === '' ? 'no locale is set' : `the locale is ${name}`;
  return check('locale', 'warn', {
    message: `${said}, and the path has other characters than ASCII: ${directory}`,
  });
}

function outgoing({
  outgoing: { outgoing: range, reserved, isReserved },
  ports,
}: MachineReadings): Check {
  if (!range) {
    return check('outgoing-ports', 'unknown', {
      message: 'the range of ports for outgoing connections cannot be read here',
      hint: 'Choose ports outside of that range.',
    });
  }
  const inside = ports.filter(
    ({ port }) => port >= range.from && port <= range.to && !isReserved(port),
  );
  if (inside.length === 0) return check('outgoing-ports', 'pass');
  const numbers = [...new Set(inside.map(({ port }) => port))].sort((a, b) => a - b);
  const what = inside.map(({ what: name, port }) => `${name} ${port}`).join(', ');
  return check('outgoing-ports', 'warn', {
    message: `${what}: of ${range.from}-${range.to}, which the system gives to outgoing connections`,
    hint: `\`${reserveCommand(numbers, { reserved })}\` reserves them; in /etc/sysctl.d it lasts.`,
  });
}
