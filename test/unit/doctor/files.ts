import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  brokerFile,
  type BrokerFile,
  type FileFacts,
} from '../../../src/doctor/conf/broker-file.js';
import { parseXml } from '../../../src/doctor/conf/xml.js';
import { judgeFiles } from '../../../src/doctor/conf-checks/judge.js';
import type { Finding } from '../../../src/doctor/finding.js';
import { packageRoot } from '../../../src/lib/package.js';

/** A file of test/fixtures/activemq. */
export function fixture(...path: string[]): string {
  return join(packageRoot(), 'test', 'fixtures', 'activemq', ...path);
}

/** The text of the n-th of three nodes with which nothing is wrong, with changes. */
export function sound(node: number, ...changes: readonly (readonly [string, string])[]): string {
  const text = readFileSync(fixture('sound', `mq0${node}`, 'activemq.xml'), 'utf8');
  return changes.reduce((before, [from, to]) => {
    if (!before.includes(from)) throw new Error(`there is no ${from}`);
    return before.replace(from, to);
  }, text);
}

/** A disk on which the sound nodes have room. */
const DISK = { freeBytes: 8 * 1024 ** 3, heldBytes: 0 };

export function parsed(
  text: string,
  more: Partial<BrokerFile> = {},
  file = 'activemq.xml',
): BrokerFile {
  const { root, faults } = parseXml(text);
  return { ...brokerFile(file, root, faults), disk: DISK, ...more };
}

/** As a stock Linux has it. */
export const FACTS: FileFacts = {
  outgoing: { from: 32_768, to: 60_999 },
  reserved: '',
  isReserved: () => false,
};

/** What is found in files, without the age of the store, which every one has. */
export function judged(files: readonly BrokerFile[], facts = FACTS): Finding[] {
  return judgeFiles(files, facts).filter(({ code }) => code !== 'version');
}

/** What is found in the first node alone. */
export function changed(...changes: readonly (readonly [string, string])[]): Finding[] {
  return judged([parsed(sound(1, ...changes))]);
}

/** `code result line` of each. */
export function brief(findings: readonly Finding[]): string[] {
  return findings.map(({ code, result, at }) => `${code} ${result} ${at.line}`);
}
