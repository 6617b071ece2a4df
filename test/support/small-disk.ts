import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmdirSync } from 'node:fs';
import { statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system of its own in memory, which a test can fill. */
export class SmallDisk {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Mounts one, which takes Linux and root. */
  static mount(path: string, megabytes: number): SmallDisk {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const options = `size=${megabytes}m,mode=700`;
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'mqha-test', path], { stdio: 'pipe' });
    return new SmallDisk(path);
  }

  /** Whether this machine lets a test do so. */
  static get isPossible(): boolean {
    const path = mkdtempSync(join(tmpdir(), 'mqha-disk-'));
    try {
      SmallDisk.mount(path, 1).unmount();
      return true;
    } catch {
      return false;
    } finally {
      rmdirSync(path);
    }
  }

  /** Writes a file that leaves so many bytes free. */
  async fill(file: string, free: number): Promise<void> {
    const { bavail, bsize } = await statfs(this.path);
    await writeFile(join(this.path, file), Buffer.alloc(bavail * bsize - free));
  }

  /** Also while a process still has a file of it open. */
  unmount(): void {
    execFileSync('umount', ['--lazy', this.path], { stdio: 'pipe' });
  }
}
