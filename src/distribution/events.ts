import type { MissingPatch } from './patches.js';

/** What happens during an installation, in order, for whoever renders progress. */
export type InstallEvent =
  /** The cache is about to be verified in full, or added to; not emitted by a quick check alone. */
  | { readonly type: 'install-started'; readonly cache: string }
  /** Something in the cache was broken and is made again. */
  | { readonly type: 'mending'; readonly what: string; readonly reason: string }
  /** Maven is about to be asked. */
  | { readonly type: 'fetching'; readonly files: number; readonly bytes: number }
  /**
   * Maven works on a file: one of ours or one of its own plugin's. `done` of `total` pinned files
   * have been downloaded; those that Maven's local repository had are not told of.
   */
  | {
      readonly type: 'resolving';
      readonly file: string;
      readonly done: number;
      readonly total: number;
    }
  /** A sign of life every two seconds while Maven runs; it does not tell how far a file is. */
  | { readonly type: 'waiting'; readonly elapsedMs: number }
  /** A pinned file has the recorded digest. */
  | {
      readonly type: 'verified';
      readonly file: string;
      readonly done: number;
      readonly total: number;
    }
  | { readonly type: 'unpacking'; readonly file: string }
  /** Whether all patches of ActiveMQ apply; `reason` and what is missing when not. */
  | {
      readonly type: 'guarded';
      readonly guarded: boolean;
      readonly reason?: string;
      readonly missing: readonly MissingPatch[];
    }
  /** Something a person should read although the installation goes on. */
  | {
      readonly type: 'warning';
      readonly code: string;
      readonly message: string;
      readonly hint: string;
    }
  /** `cached`: everything was there already. */
  | { readonly type: 'install-done'; readonly ms: number; readonly cached: boolean };

export type InstallListener = (event: InstallEvent) => void;
