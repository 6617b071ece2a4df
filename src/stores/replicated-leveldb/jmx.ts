import { JMX_HOST } from '../../config/broker/ports.js';

/**
 * The classes of objects that are taken from who has logged in: names of MBeans, and what carries them. It stands in the place of
 * the JVM's own filter (`jdk.serialFilter`) in connections of JMX alone, so that one stays as it is. What is in a
 * MarshalledObject, as values of attributes and arguments of operations are, is read with the same filter.
 */
const TAKEN = [
  'maxdepth=20',
  'maxrefs=10000',
  'maxarray=10000',
  'maxbytes=1048576',
  'java.lang.String',
  'java.lang.Object',
  'java.rmi.MarshalledObject',
  'javax.management.ObjectName',
  'javax.security.auth.Subject',
  'java.rmi.server.*',
  'java.rmi.dgc.*',
  '!*',
].join(';');

/** The file of `conf` that says what who has logged in may do. */
export const JMX_ACCESS = 'jmx.access';

/**
 * Options of a JVM whose MBeans are read over JMX. Who connects logs in as at the web port, and can change and call nothing.
 * The JDK's agent has a registry that nobody can write to, so no other user of the machine can put his own address there.
 */
export function jmxOptions(port: number): string[] {
  const option = (name: string, value: string) => `-Dcom.sun.management.jmxremote.${name}=${value}`;
  return [
    // The address that the registry tells clients.
    `-Djava.rmi.server.hostname=${JMX_HOST}`,
    option('host', JMX_HOST),
    option('port', String(port)),
    option('rmi.port', String(port)),
    option('ssl', 'false'),
    option('authenticate', 'true'),
    option('login.config', 'mqha-console'),
    option('access.file', `conf/${JMX_ACCESS}`),
    option('serial.filter.pattern', TAKEN),
  ];
}
