import type { BrokerFile } from '../conf/broker-file.js';
import type { Position } from '../finding.js';
import { finding, type FileChecks } from './group.js';

/** Whether the files are XML, and have brokers with the store. */
export const readingChecks: FileChecks = (files) =>
  files.flatMap((file) => {
    const faults = file.faults.map((fault) =>
      fault.kind === 'doctype'
        ? finding(
            'xml-doctype',
            'warn',
            file,
            fault.at,
            'it has a DOCTYPE, and nothing of that was read',
          )
        : finding('xml-malformed', 'fail', file, fault.at, `not XML: ${fault.message}`),
    );
    const missing = whyNoStore(file);
    return missing
      ? [...faults, finding('store-missing', 'fail', file, missing.at, missing.why)]
      : faults;
  });

/** Why there is nothing to examine, and where that is seen; undefined where there is the store. */
function whyNoStore({
  root,
  broker,
  store,
}: BrokerFile): { at?: Position; why: string } | undefined {
  if (!root) return { why: 'it has no <broker>' };
  if (!broker) return { at: root.at, why: `it has no <broker>; its root is <${root.name}>` };
  if (store) return undefined;
  const adapter = broker.children.find(({ name }) => name === 'persistenceAdapter');
  const other = adapter?.children[0];
  const what = other ? `the store is <${other.name}>` : 'the broker has no store of its own';
  return { at: (other ?? broker).at, why: `${what}, and no <replicatedLevelDB>` };
}
