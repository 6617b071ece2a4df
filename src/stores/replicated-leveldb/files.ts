import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoreFiles } from '../store-files.js';
import { keptStores, limitKept, setStoreAside } from './data/kept.js';
import { lookAtRunning, lookAtStore } from './data/store-look.js';
import { NODE_ID, nodeId, recoverStash, removeEmptyFiles, STORE } from './data/store.js';

/** What stat(2) counts the space of a file in. */
const BLOCK_BYTES = 512;

/** The directories of a replicatedLevelDB. */
export const files: StoreFiles = {
  directory: (data) => join(data, STORE),
  nodeId,
  forgetNodeId: (data) => rm(join(data, STORE, NODE_ID), { force: true }),
  logBytes: (data) => logBytes(join(data, STORE)),
  look: lookAtStore,
  lookAtRunning,
  kept: keptStores,
  setAside: setStoreAside,
  limitKept,
  putRight: async (data, now, hasRoom) => {
    await removeEmptyFiles(data);
    return recoverStash(data, now, hasRoom);
  },
};

/** A file of the log has its whole length from the beginning, and takes no more of the disk than was written. */
async function logBytes(store: string): Promise<number> {
  const names = await readdir(store).catch(() => []);
  const sizes = await Promise.all(
    names
      .filter((name) => name.endsWith('.log'))
      .map((name) =>
        stat(join(store, name)).then(
          ({ blocks }) => blocks * BLOCK_BYTES,
          () => 0,
        ),
      ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
