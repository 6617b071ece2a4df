import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ensureDirectory, SECRET_DIRECTORY } from '../../src/lib/files.js';
import { temporaryDirectory } from '../support/temp.js';

describe('a directory that is to be there', () => {
  it('is made with its parents, by two at once, and is left where it is', async () => {
    const path = join(temporaryDirectory(), 'a', 'b', 'c');
    await Promise.all([ensureDirectory(path), ensureDirectory(path)]);
    await ensureDirectory(path, SECRET_DIRECTORY);
    expect(statSync(path).mode & 0o777).toBe(SECRET_DIRECTORY);
  });

  it('is refused where a file stands in its way', async () => {
    const file = join(temporaryDirectory(), 'file');
    writeFileSync(file, '');
    await expect(ensureDirectory(file)).rejects.toMatchObject({ code: 'no-directory' });
    await expect(ensureDirectory(join(file, 'a'))).rejects.toMatchObject({ code: 'no-directory' });
  });

  it.skipIf(!existsSync('/proc/self'))(
    'is refused where its file system takes none, and not tried for ever',
    async () => {
      await expect(ensureDirectory('/proc/mqha/a')).rejects.toMatchObject({ code: 'no-directory' });
    },
  );
});
