import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { codesDocument } from '../../src/cli/generators/codes.js';
import { doctorDocument } from '../../src/cli/generators/doctor.js';
import { manPage } from '../../src/cli/generators/man-page.js';
import { withSection } from '../../src/cli/generators/markdown.js';
import { commandTable } from '../../src/cli/generators/readme.js';
import { packageRoot, packageVersion } from '../../src/lib/package.js';

const hasGroff = spawnSync('groff', ['--version']).status === 0;
const file = (...path: string[]) => join(packageRoot(), ...path);

// `npm run generate` runs these with -u, which writes the files.
describe('what is generated', () => {
  it('docs/codes.md is what the tables of codes say', async () => {
    await expect(codesDocument()).toMatchFileSnapshot(file('docs', 'codes.md'));
  });

  it('docs/doctor.md is what the tables of checks say', async () => {
    await expect(doctorDocument()).toMatchFileSnapshot(file('docs', 'doctor.md'));
  });

  it('the README has the commands as they are defined', async () => {
    const readme = readFileSync(file('README.md'), 'utf8');
    const wanted = withSection(readme, 'commands', commandTable());
    await expect(wanted).toMatchFileSnapshot(file('README.md'));
  });

  it('the man page has the commands as they are defined', async () => {
    await expect(manPage(packageVersion())).toMatchFileSnapshot(file('man', 'mqha.1'));
  });

  it.runIf(hasGroff)('the man page is one that groff takes without a warning', () => {
    const page = file('man', 'mqha.1');
    const run = spawnSync('groff', ['-man', '-Tascii', '-P-cbou', '-ww', page], {
      encoding: 'utf8',
    });
    expect(run).toMatchObject({ status: 0, stderr: '' });
    expect(run.stdout).toContain('mqha switchover');
  });
});

describe('a section', () => {
  const text = 'a\n<!-- x -->\nold\n<!-- /x -->\nb\n';

  it('is put between its markers, and the rest stays', () => {
    expect(withSection(text, 'x', ['new'])).toBe('a\n<!-- x -->\n\nnew\n\n<!-- /x -->\nb\n');
  });

  it('must be there', () => {
    expect(() => withSection(text, 'y', [])).toThrow('there is no section y');
  });
});
