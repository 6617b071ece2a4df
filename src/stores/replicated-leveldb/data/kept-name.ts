import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Where copies of a store that were set aside lie, in a node's data directory; the broker puts some there as well. */
export const KEPT = 'stash-kept';

/** A place for a copy that is not taken yet; its name is a time, which sorts. */
export function keptDirectory(dataDirectory: string, now: Date): string {
  const name = now.toISOString().replace(/[-:]|\.\d+/g, '');
  for (let number = 1; ; number++) {
    const place = join(dataDirectory, KEPT, number === 1 ? name : `${name}-${number}`);
    if (!existsSync(place)) return place;
  }
}
