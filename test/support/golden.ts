import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { packageRoot } from '../../src/lib/package.js';

/** Compares with test/golden; MQHA_UPDATE_GOLDEN=1 writes it anew. */
export function expectGolden(name: string, content: string): void {
  const path = join(packageRoot(), 'test', 'golden', `${name}.golden`);
  if (process.env.MQHA_UPDATE_GOLDEN === '1') {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  expect(content).toBe(readFileSync(path, 'utf8'));
}
