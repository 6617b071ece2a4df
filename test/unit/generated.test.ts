import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { codesDocument } from '../../src/cli/docs/codes.js';
import { packageRoot } from '../../src/lib/package.js';

const file = (...path: string[]) => join(packageRoot(), ...path);

// `npm run generate` runs these with -u, which writes the files.
describe('what is generated', () => {
  it('docs/codes.md is what the tables of codes say', async () => {
    await expect(codesDocument()).toMatchFileSnapshot(file('docs', 'codes.md'));
  });
});
