import type { Place } from '../finding.js';
import {
  attributeOf,
  below,
  placeIn,
  resolved,
  valueOf,
  whereOf,
  type BrokerFile,
} from './broker-file.js';
import { endpointsIn, isAny, isLoopback } from './uris.js';

/** A port that a broker opens. */
export interface Listener {
  readonly what: string;
  readonly host: string;
  readonly port: number;
  readonly at: Place;
}

/** The `bind` of the store where none is written (source: ElectingLevelDBStore). */
export const DEFAULT_BIND = 'tcp://0.0.0.0:61619';

/** Every port that a file has a broker open, as far as it says which. */
export function listenersOf(file: BrokerFile): Listener[] {
  return [...connectors(file), ...replication(file), ...console_(file), ...management(file)];
}

function connectors(file: BrokerFile): Listener[] {
  return below(file.broker, 'transportConnector').flatMap((connector) => {
    const uri = valueOf(file, connector, 'uri');
    const [endpoint] = uri === undefined ? [] : endpointsIn(uri);
    if (endpoint?.port === undefined || endpoint.port === 0) return [];
    const name = valueOf(file, connector, 'name');
    return [
      {
        what: `the connector ${name ?? endpoint.scheme}`,
        host: endpoint.host,
        port: endpoint.port,
        at: placeIn(file, whereOf(connector, 'uri')),
      },
    ];
  });
}

function replication(file: BrokerFile): Listener[] {
  const { store } = file;
  if (!store) return [];
  const bind = attributeOf(store, 'bind') ? valueOf(file, store, 'bind') : DEFAULT_BIND;
  const [endpoint] = bind === undefined ? [] : endpointsIn(bind);
  if (endpoint?.port === undefined || endpoint.port === 0) return [];
  const at = placeIn(file, whereOf(store, 'bind'));
  return [{ what: 'the replication port', host: endpoint.host, port: endpoint.port, at }];
}

/** The ports of jetty.xml: `<bean …><property name="port" value="8161"/>`. */
function console_({ jetty, ...file }: BrokerFile): Listener[] {
  const found = below(jetty?.root, 'bean').flatMap((bean) => {
    const port = Number(valueOf({ ...file, jetty }, bean, 'port') ?? Number.NaN);
    if (!Number.isInteger(port) || port < 1) return [];
    const host = valueOf({ ...file, jetty }, bean, 'host') ?? '0.0.0.0';
    const at = placeIn({ file: jetty?.file ?? '' }, whereOf(bean, 'port'));
    return [{ what: 'the web console', host, port, at }];
  });
  // The port stands in one bean for the connector and in another for what tells of it.
  const seen = new Set<number>();
  return found.filter(({ port }) => !seen.has(port) && seen.add(port));
}

function management(file: BrokerFile): Listener[] {
  return below(file.broker, 'managementContext').flatMap((context) => {
    if (valueOf(file, context, 'createConnector') === 'false') return [];
    const at = attributeOf(context, 'connectorPort');
    const port = Number(at === undefined ? Number.NaN : resolved(file, at.value));
    if (!Number.isInteger(port) || port < 1) return [];
    return [{ what: 'JMX', host: '0.0.0.0', port, at: placeIn(file, at?.at) }];
  });
}

/** Whether two of one machine cannot both be opened. */
export function clashes(a: Listener, b: Listener): boolean {
  const host = ({ host: name }: Listener) => (name === 'localhost' ? '127.0.0.1' : name);
  return a.port === b.port && (host(a) === host(b) || isAny(a.host) || isAny(b.host));
}

/** The host by which the slaves reach a node; undefined where it is not said. */
export function hostOf(file: BrokerFile): string | undefined {
  return valueOf(file, file.store, 'hostname')?.toLowerCase();
}

/** Whether two files are of one machine, as far as they say so. */
export function onOneHost(a: BrokerFile, b: BrokerFile): boolean {
  const [one, other] = [hostOf(a), hostOf(b)];
  if (one === undefined || other === undefined) return false;
  return one === other || (isLoopback(one) && isLoopback(other));
}
