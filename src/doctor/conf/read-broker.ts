import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { freeBytes } from '../../observe/disk.js';
import {
  attributeOf,
  below,
  brokerFile,
  type BrokerFile,
  type PropertiesFile,
  type StoreDisk,
} from './broker-file.js';
import { readSource } from './source.js';
import { parseXml, type XmlFault } from './xml.js';

/** What stands beside an activemq.xml and has accounts, or values of its placeholders. */
const BESIDE = ['credentials.properties', 'users.properties', 'jetty-realm.properties'];

/** A file as it was read, or why it was not. */
export type ReadBroker =
  { readonly file: BrokerFile; readonly encodingFault?: string } | { readonly unread: string };

/**
 * Reads an activemq.xml, the jetty.xml that it imports, and the files of accounts beside it. Never throws, and writes nothing.
 * @param named how it is called in what is found
 */
export async function readBroker(named: string, cwd: string): Promise<ReadBroker> {
  const path = resolve(cwd, named);
  const source = await readSource(path);
  if ('unread' in source) return source;
  const { root, faults } = parseXml(source.text);
  const file = brokerFile(named, root, faults);
  const [jetty, properties, disk, version] = await Promise.all([
    jettyOf(file, path),
    Promise.all(
      BESIDE.map((name) => propertiesAt(join(dirname(path), name), join(dirname(named), name))),
    ),
    diskOf(file, path),
    versionBeside(path),
  ]);
  return {
    file: {
      ...file,
      ...(jetty ? { jetty, faults: [...faults, ...jetty.faults] } : {}),
      properties: properties.flatMap((one) => (one ? [one] : [])),
      disk,
      version,
    },
    ...(source.fault === undefined ? {} : { encodingFault: source.fault }),
  };
}

async function jettyOf(file: BrokerFile, path: string) {
  const resource = below(file.root, 'import').map(
    (one) => attributeOf(one, 'resource')?.value ?? '',
  );
  const name = resource.map((one) => basename(one)).find((one) => /^jetty[\w.-]*\.xml$/.test(one));
  if (name === undefined) return undefined;
  const source = await readSource(join(dirname(path), name));
  if ('unread' in source) return undefined;
  const { root } = parseXml(source.text);
  const none: readonly XmlFault[] = [];
  return { file: join(dirname(file.file), name), root, faults: none };
}

async function propertiesAt(path: string, named: string): Promise<PropertiesFile | undefined> {
  const source = await readSource(path);
  return 'unread' in source ? undefined : { file: named, entries: parseProperties(source.text) };
}

const MAX_ENTRIES = 1000;

/** `name=value` and `name: value`, as far as files of accounts have them. */
export function parseProperties(text: string): PropertiesFile['entries'] {
  return text
    .split(/\r?\n/)
    .flatMap((line, index) => {
      const [, key, value] = /^\s*([^\s#!=:][^\s=:]{0,200})\s*[=:]\s*(.{0,1000})$/.exec(line) ?? [];
      return key === undefined || value === undefined
        ? []
        : [{ key, value: value.trim(), line: index + 1 }];
    })
    .slice(0, MAX_ENTRIES);
}

/** The disk that the store is on, where its directory is one of this machine. */
async function diskOf(file: BrokerFile, path: string): Promise<StoreDisk | undefined> {
  const written = attributeOf(file.store, 'directory')?.value;
  const conf = dirname(path);
  const known = {
    data: join(conf, '..', 'data'),
    base: join(conf, '..'),
    home: join(conf, '..'),
    conf,
  };
  const directory = written?.replace(
    /\$\{activemq\.(data|base|home|conf)\}/g,
    (_, name: keyof typeof known) => known[name],
  );
  if (directory?.startsWith('/') !== true || directory.includes('${') || directory.includes('\0'))
    return undefined;
  // A node that has never run has the directory above it alone.
  for (const at of [directory, dirname(directory)]) {
    const free = await freeBytes(at);
    if (free !== undefined) return { freeBytes: free, heldBytes: await heldBytes(directory) };
  }
  return undefined;
}

const MAX_FILES = 5000;

async function heldBytes(directory: string): Promise<number> {
  const names = await readdir(directory).catch(() => []);
  const sizes = await Promise.all(
    names.slice(0, MAX_FILES).map((name) =>
      stat(join(directory, name)).then(
        (found) => (found.isFile() ? found.blocks * 512 : 0),
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** The release that the jars of a distribution are of, in whose conf/ the file is. */
async function versionBeside(path: string): Promise<string | undefined> {
  const names = await readdir(join(dirname(path), '..', 'lib')).catch(() => []);
  return names
    .map((name) => /^activemq-broker-(\d+\.\d+\.\d+)[\w.-]*\.jar$/.exec(name)?.[1])
    .find((one) => one !== undefined);
}
