import { finding, type FileChecks } from './group.js';

/** The release, as far as it can be told, and what is known of it. */
export const versionChecks: FileChecks = (files) =>
  files
    .filter(({ store }) => store)
    .map((file) => {
      const at = file.store?.at;
      const { version } = file;
      if (version === undefined) {
        return finding(
          'version',
          'warn',
          file,
          at,
          'no release from 5.17 on has this store, and what was found after 5.16.8 stays open in it',
          'See which release runs (`activemq --version`): before 5.16.7 (5.15.16) whoever reaches a port runs code (CVE-2023-46604). Plan to leave the store; docs/security.md lists what is open.',
        );
      }
      if (runsCode(version)) {
        return finding(
          'version',
          'fail',
          file,
          at,
          `the broker beside it is ${version}: whoever reaches a port runs code (CVE-2023-46604)`,
        );
      }
      const open = before(version, [5, 16, 8]) ? '; one frame ends it (CVE-2025-27533)' : '';
      return finding(
        'version',
        'warn',
        file,
        at,
        `the broker beside it is ${version}, of a line that has ended: what was found since stays open${open}`,
      );
    });

/** (source: the advisory; fixed in 5.15.16, 5.16.7, 5.17.6, 5.18.3) */
function runsCode(version: string): boolean {
  const [major = 0, minor = 0] = numbers(version);
  return major === 5 && minor === 15 ? before(version, [5, 15, 16]) : before(version, [5, 16, 7]);
}

function numbers(version: string): number[] {
  return version.split('.').map((part) => Number.parseInt(part, 10) || 0);
}

function before(version: string, than: readonly number[]): boolean {
  const has = numbers(version);
  for (const [index, wanted] of than.entries()) {
    const found = has[index] ?? 0;
    if (found !== wanted) return found < wanted;
  }
  return false;
}
