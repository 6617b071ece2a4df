import type { FileCode } from '../check-codes.js';
import { attributeOf, isHidden, whereOf, type BrokerFile } from '../conf/broker-file.js';
import type { Finding } from '../finding.js';
import { finding } from './group.js';

/** Of which attribute the value decides. */
const DECIDES: readonly (readonly [FileCode, 'broker' | 'store', string])[] = [
  ['broker-names', 'broker', 'brokerName'],
  ['hostname-invalid', 'store', 'hostname'],
  ['replicas', 'store', 'replicas'],
  ['sync', 'store', 'sync'],
  ['bind', 'store', 'bind'],
  ['zookeeper-address', 'store', 'zkAddress'],
  ['zookeeper-path', 'store', 'zkPath'],
  ['session-timeout', 'store', 'zkSessionTimeout'],
  ['store-unchecked', 'store', 'verifyChecksums'],
];

/** What cannot be told, since a placeholder stands in the place of its value: such a check has not passed. */
export function hiddenValues(files: readonly BrokerFile[]): Finding[] {
  return files.flatMap((file) =>
    DECIDES.flatMap(([code, of, name]) =>
      isHidden(file, file[of], name)
        ? [
            finding(
              code,
              'unknown',
              file,
              whereOf(file[of], name),
              `${name} is "${attributeOf(file[of], name)?.value ?? ''}", whose value is not known here`,
              'Write the value, or give the placeholder one in credentials.properties beside the file.',
            ),
          ]
        : [],
    ),
  );
}
