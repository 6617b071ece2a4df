/** What is generated once for a cluster and stays secret. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
  readonly securityToken: string;
  /** By which brokers and mqha are known to ZooKeeper. */
  readonly zookeeperPassword: string;
}

/** One rendered file; `path` is relative to the cluster directory, with `/`. */
export interface RenderedFile {
  readonly path: string;
  readonly content: string;
  readonly secret: boolean;
}
