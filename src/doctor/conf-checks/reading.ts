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
    if (!file.broker) {
      return [
        ...faults,
        finding(
          'store-missing',
          'fail',
          file,
          file.root?.at ?? { line: 1, column: 1 },
          file.root ? `it has no <broker>; its root is <${file.root.name}>` : 'it has no <broker>',
        ),
      ];
    }
    if (!file.store) {
      const adapter = file.broker.children.find(({ name }) => name === 'persistenceAdapter');
      const other = adapter?.children[0];
      const what = other ? `the store is <${other.name}>` : 'the broker has no store of its own';
      return [
        ...faults,
        finding(
          'store-missing',
          'fail',
          file,
          (other ?? file.broker).at,
          `${what}, and no <replicatedLevelDB>`,
        ),
      ];
    }
    return faults;
  });
