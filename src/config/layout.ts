import { join } from 'node:path';
import { CLUSTER_FILE } from './read.js';

/** Where everything of one process lies: a broker's or the managed ZooKeeper's. */
export interface ProcessDirectories {
  readonly base: string;
  readonly conf: string;
  readonly data: string;
  readonly log: string;
  /** Emptied before each start. */
  readonly tmp: string;
}

/** The paths of a cluster directory. */
export interface Layout {
  readonly directory: string;
  readonly file: string;
  /** What the program itself keeps: processes, credentials. */
  readonly state: string;
  /** Certificates and their keys, where links are encrypted. */
  readonly pki: string;
  readonly zookeeper: ProcessDirectories;
  node(name: string): ProcessDirectories;
}

/** The layout of a cluster directory; `directory` is absolute. */
export function layoutOf(directory: string): Layout {
  const processDirectories = (base: string): ProcessDirectories => ({
    base,
    conf: join(base, 'conf'),
    data: join(base, 'data'),
    log: join(base, 'log'),
    tmp: join(base, 'tmp'),
  });
  return {
    directory,
    file: join(directory, CLUSTER_FILE),
    state: join(directory, '.mqha'),
    pki: join(directory, 'pki'),
    zookeeper: processDirectories(join(directory, 'zookeeper')),
    node: (name) => processDirectories(join(directory, 'nodes', name)),
  };
}
