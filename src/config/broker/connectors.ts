import * as z from 'zod';
import { NAME, otherwise, quoted, text } from '../fields.js';
import { host, port } from '../addresses.js';
import { CONNECTIONS } from '../limit-values.js';
import { bytes, count, size } from './fields.js';
import { FIRST_CONNECTOR, PROTOCOLS, type ConnectorConfig } from './config.js';

/** Why the distribution's other transports are not offered. */
const NOT_OFFERED: Readonly<Record<string, string>> = {
  mqtt: 'a port for MQTT would take memory by what strangers announce, and mqha has no patch for it',
  ws: 'a port for WebSocket would have no limit of connections, nor of what they send before they have authenticated',
  wss: 'a port for WebSocket would have no limit of connections, nor of what they send before they have authenticated',
};

/** An entry of `broker.connectors`. It speaks TLS, asks for accounts and has the limits of the message port. */
export const connector = z.strictObject({
  name: text(
    (value) => NAME.test(value),
    'a name (letters, digits, "-" and "_", 32 at most)',
  ).refine((value) => value.toLowerCase() !== FIRST_CONNECTOR, {
    error: `"${FIRST_CONNECTOR}" is the message port that every node has; choose another name`,
  }),
  protocol: z.enum(PROTOCOLS, {
    error: ({ input }) => {
      const why = typeof input === 'string' ? NOT_OFFERED[input.toLowerCase()] : undefined;
      return why === undefined
        ? `${quoted(input)} is none of ${PROTOCOLS.map(quoted).join(', ')}`
        : `${quoted(input)} is not offered: ${why}`;
    },
  }),
  port,
  bind: host.optional(),
  maximumConnections: count(CONNECTIONS.least, CONNECTIONS.most).optional(),
  maxFrameSize: size('16kb', '100mb').optional(),
});

export function completeConnector(file: z.infer<typeof connector>): ConnectorConfig {
  return {
    name: file.name,
    protocol: file.protocol,
    port: file.port,
    bind: file.bind,
    maximumConnections: file.maximumConnections,
    maxFrameSize: file.maxFrameSize === undefined ? undefined : Number(bytes(file.maxFrameSize)),
  };
}

/** `broker.jmx`: a port on loopback where the accounts of the web port read MBeans. */
export const jmx = z.strictObject({ port }).optional();

const LEVELS = ['OFF', 'FATAL', 'ERROR', 'WARN', 'INFO', 'DEBUG', 'TRACE'] as const;

/** What a level lets through of INFO. */
const QUIET: readonly string[] = LEVELS.slice(0, 4);

/** Whose lines of INFO say which slave is attached (attachment.ts, master-log.ts). */
const READ = ['org.apache.activemq.leveldb', 'org.apache.activemq.broker.BrokerService'];

const isRead = (logger: string) =>
  logger === 'root' ||
  READ.some((read) => `${read}.`.startsWith(`${logger}.`) || logger.startsWith(`${read}.`));

/** A logger, which is a name of Java. */
const LOGGER = /^[A-Za-z_$][\w$]*(\.[A-Za-z_$][\w$]*)*$/;

/** `broker.log`: the level of each logger, `root` of all others. */
export const log = z
  .record(
    z.string(),
    z
      .string(otherwise((got) => `expected a level (${LEVELS.join(', ')}), got ${got}`))
      .refine((value) => (LEVELS as readonly string[]).includes(value.toUpperCase()), {
        error: ({ input }) => `${quoted(input)} is none of ${LEVELS.join(', ')}`,
      })
      .transform((value) => value.toUpperCase()),
    otherwise((got) => `expected loggers with their levels, got ${got}`),
  )
  .superRefine((value, context) => {
    const add = (message: string) => {
      context.addIssue({ code: 'custom', message });
    };
    for (const [name, level] of Object.entries(value)) {
      if (!LOGGER.test(name) || name.length > 200) {
        add(`${quoted(name)} is not the name of a logger (org.apache.activemq.transport)`);
      } else if (QUIET.includes(level) && isRead(name)) {
        add(
          `${name} is needed at INFO, and cannot be ${level}: its lines say which slave is attached`,
        );
      }
    }
  });
