import type { Place, Position } from '../finding.js';
import { elementsOf, type Attribute, type Element, type XmlFault } from './xml.js';

/** A file of `name=value` or `name: value` lines beside activemq.xml. */
export interface PropertiesFile {
  readonly file: string;
  readonly entries: readonly {
    readonly key: string;
    readonly value: string;
    readonly line: number;
  }[];
}

/** The disk of a store, in bytes; undefined where it is not known. */
export interface StoreDisk {
  readonly freeBytes: number;
  readonly heldBytes: number;
}

/** An activemq.xml, and what stands beside it. */
export interface BrokerFile {
  /** As it was named. */
  readonly file: string;
  readonly root: Element | undefined;
  readonly faults: readonly XmlFault[];
  /** `<broker>` */
  readonly broker: Element | undefined;
  /** `<replicatedLevelDB>` */
  readonly store: Element | undefined;
  /** jetty.xml, where it is imported and could be read. */
  readonly jetty: { readonly file: string; readonly root: Element | undefined } | undefined;
  readonly properties: readonly PropertiesFile[];
  /** Of the disk that it names, where that can be told on this machine. */
  readonly disk: StoreDisk | undefined;
  /** The release, from a jar beside it; undefined where there is none. */
  readonly version: string | undefined;
}

/** What of this machine a check of files needs. */
export interface FileFacts {
  /** Ports of outgoing connections, both inclusive; undefined where it is not known. */
  readonly outgoing: { readonly from: number; readonly to: number } | undefined;
  /** The ports that are kept out of that range, as the kernel writes them: `8080,9000-9010`. */
  readonly reserved: string;
  /** Whether a port is among them. */
  readonly isReserved: (port: number) => boolean;
}

/** What an activemq.xml says, and nothing of what stands beside it. */
export function brokerFile(
  file: string,
  root: Element | undefined,
  faults: readonly XmlFault[],
): BrokerFile {
  const all = [...elementsOf(root)];
  const stores = all.filter(({ name }) => name === 'replicatedLevelDB');
  const store = stores[0];
  const brokers = all.filter(({ name }) => name === 'broker');
  const broker = brokers.find((one) => store && isInside(store, one)) ?? brokers[0];
  return {
    file,
    root,
    faults,
    broker,
    store,
    jetty: undefined,
    properties: [],
    disk: undefined,
    version: undefined,
  };
}

function isInside(element: Element, of: Element): boolean {
  for (let at: Element | undefined = element; at; at = at.parent) if (at === of) return true;
  return false;
}

/** A place of this file. */
export function placeIn({ file }: Pick<BrokerFile, 'file'>, at: Position | undefined): Place {
  return { file, line: at?.line ?? 1, column: at?.column ?? 1 };
}

/** An attribute, also as `<property name="x" value="y"/>` below a bean. */
export function attributeOf(element: Element | undefined, name: string): Attribute | undefined {
  const direct = element?.attributes.get(name);
  if (direct) return direct;
  const property = element?.children.find(
    (child) => child.name === 'property' && child.attributes.get('name')?.value === name,
  );
  return property?.attributes.get('value');
}

/** Where an attribute stands, else its element. */
export function whereOf(element: Element | undefined, name: string): Position | undefined {
  return attributeOf(element, name)?.at ?? element?.at;
}

/**
 * The value of an attribute; undefined where it is not there, or has a placeholder (`${x}`) whose value is not known. A
 * placeholder with a default (`${x:y}`) is that.
 */
export function valueOf(
  file: BrokerFile,
  element: Element | undefined,
  name: string,
): string | undefined {
  const attribute = attributeOf(element, name);
  return attribute && resolved(file, attribute.value);
}

/** Whether it is there and its value cannot be told. */
export function isHidden(file: BrokerFile, element: Element | undefined, name: string): boolean {
  return attributeOf(element, name) !== undefined && valueOf(file, element, name) === undefined;
}

const PLACEHOLDER = /\$\{([^{}:]{1,200})(?::([^{}]{0,500}))?\}/g;

/** A value with its placeholders filled in from the files beside; undefined where one is not known. */
export function resolved({ properties }: BrokerFile, value: string): string | undefined {
  if (value.includes('#{')) return undefined;
  const entries = properties.flatMap((one) => one.entries);
  // What is not known stays as it is written.
  const filled = value.replace(
    PLACEHOLDER,
    (written, name: string, otherwise: string | undefined) =>
      entries.find(({ key }) => key === name)?.value ?? otherwise ?? written,
  );
  return filled.includes('${') ? undefined : filled.trim();
}

/** A boolean, where it says one. */
export function isTrue(
  file: BrokerFile,
  element: Element | undefined,
  name: string,
): boolean | undefined {
  const value = valueOf(file, element, name)?.toLowerCase();
  return value === 'true' ? true : value === 'false' ? false : undefined;
}

/** The elements of a name below another. */
export function below(root: Element | undefined, name: string): Element[] {
  return [...elementsOf(root)].filter((element) => element.name === name);
}
