import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { packageRoot } from '../../src/lib/package.js';
import type { Credentials } from '../../src/stores/rendered-file.js';

/** What stands in golden files for secrets. */
export const GOLDEN_CREDENTIALS = {
  username: 'mqha',
  password: 'golden-password-0123456789',
  securityToken: 'golden-token-0123456789',
  zookeeperPassword: 'golden-zookeeper-0123456789',
  accounts: {
    app: { password: 'golden-app-0123456789' },
    console: { password: 'golden-console-0123456789' },
  },
} satisfies Credentials;

/** Compares with test/golden; MQHA_UPDATE_GOLDEN=1 writes it anew. */
export function expectGolden(name: string, content: string): void {
  const path = join(packageRoot(), 'test', 'golden', `${name}.golden`);
  if (process.env.MQHA_UPDATE_GOLDEN === '1') {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  expect(content).toBe(readFileSync(path, 'utf8'));
}
