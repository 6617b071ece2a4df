import { attributeOf, below, valueOf, whereOf, type BrokerFile } from '../conf/broker-file.js';
import { hasOption } from '../conf/uris.js';
import type { Element } from '../conf/xml.js';
import type { Finding } from '../finding.js';
import { finding, type FileChecks } from './group.js';

/** What clients may use of a broker, and messages of its disk. */
export const usageChecks: FileChecks = (files) =>
  files.flatMap((file) =>
    file.broker ? [...connectors(file), ...limits(file), ...percent(file), ...disk(file)] : [],
  );

function connectors(file: BrokerFile): Finding[] {
  return below(file.broker, 'transportConnector').flatMap((connector) => {
    const uri = valueOf(file, connector, 'uri');
    if (uri === undefined || uri.startsWith('vm:')) return [];
    const lacks = ['maximumConnections', 'wireFormat.maxFrameSize'].filter(
      (name) => !hasOption(uri, name),
    );
    if (lacks.length === 0) return [];
    const name = valueOf(file, connector, 'name') ?? 'without a name';
    return [
      finding(
        'connector-limits',
        'warn',
        file,
        whereOf(connector, 'uri'),
        `the connector ${name} has no ${lacks.join(' and no ')}`,
      ),
    ];
  });
}

const USAGES = ['memoryUsage', 'storeUsage', 'tempUsage'] as const;

/** The inner of `<storeUsage><storeUsage limit="…"/></storeUsage>`. */
function usageOf(file: BrokerFile, name: (typeof USAGES)[number]): Element | undefined {
  return below(file.broker, name).find(({ attributes }) =>
    ['limit', 'percentLimit', 'percentOfJvmHeap', 'total'].some((one) => attributes.has(one)),
  );
}

function limits(file: BrokerFile): Finding[] {
  const lacks = USAGES.filter((name) => !usageOf(file, name));
  if (lacks.length === 0) return [];
  const at = below(file.broker, 'systemUsage')[0]?.at ?? file.broker?.at;
  return [finding('usage-limits', 'warn', file, at, `no limit is written in ${lacks.join(', ')}`)];
}

function percent(file: BrokerFile): Finding[] {
  return (['storeUsage', 'tempUsage'] as const).flatMap((name) => {
    const usage = usageOf(file, name);
    if (!attributeOf(usage, 'percentLimit')) return [];
    const value = valueOf(file, usage, 'percentLimit') ?? 'so many';
    return [
      finding(
        'usage-percent',
        'warn',
        file,
        whereOf(usage, 'percentLimit'),
        `${name} is ${value} percent of the whole disk, whoever else uses that`,
      ),
    ];
  });
}

/** Where none is written (source: BrokerService.getSystemUsage). */
const DEFAULT_BYTES = { storeUsage: 100 * 1024 ** 3, tempUsage: 50 * 1024 ** 3 } as const;

const FACTORS = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 } as const;

/** `100 gb`, `512mb`, `1073741824`: as ActiveMQ reads sizes (source: XBeanByteConverterUtil). */
export function bytesOf(text: string): number | undefined {
  const [, count, unit] = /^\s*(\d{1,15})\s*([kmgt]?)b?\s*$/i.exec(text) ?? [];
  if (count === undefined) return undefined;
  return Number(count) * FACTORS[(unit ?? '').toLowerCase() as keyof typeof FACTORS];
}

function limitOf(file: BrokerFile, name: 'storeUsage' | 'tempUsage'): number | undefined {
  const usage = usageOf(file, name);
  if (!usage) return DEFAULT_BYTES[name];
  const limit = valueOf(file, usage, 'limit');
  return limit === undefined ? undefined : bytesOf(limit);
}

const gib = (bytes: number) => `${(bytes / 1024 ** 3).toFixed(1)} GiB`;

function disk(file: BrokerFile): Finding[] {
  if (!file.store) return [];
  const [store, temp] = [limitOf(file, 'storeUsage'), limitOf(file, 'tempUsage')];
  if (store === undefined && temp === undefined) return [];
  const usage = usageOf(file, 'storeUsage');
  const at = usage
    ? whereOf(usage, 'limit')
    : (below(file.broker, 'systemUsage')[0] ?? file.broker)?.at;
  const wanted = (store ?? 0) + (temp ?? 0);
  if (!file.disk) {
    return [
      finding(
        'usage-disk',
        'unknown',
        file,
        at,
        `store and temp may grow to ${gib(wanted)}; the disk of this node is not known here`,
        'Compare that with `df -h` of its data directory, on its machine.',
      ),
    ];
  }
  const room = file.disk.freeBytes + file.disk.heldBytes;
  if (wanted <= room) return [];
  return [
    finding(
      'usage-disk',
      'fail',
      file,
      at,
      `store and temp may grow to ${gib(wanted)}, and their disk has room for ${gib(room)}`,
    ),
  ];
}
