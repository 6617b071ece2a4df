import type { Certificates } from '../certificates/files.js';

export type { Certificates, CertifiedKey } from '../certificates/files.js';

/** The password of an account, and those that count beside it while a rotation is under way. */
export interface Secret {
  readonly password: string;
  /** Brokers are being told of it; it takes the place of `password` once they all know it. */
  readonly next?: string | undefined;
  /** The one before, which still counts. */
  readonly previous?: string | undefined;
  /** The one before does not count any more, and files of brokers may have it still. */
  readonly retiring?: boolean | undefined;
}

/** What is generated for a cluster and stays secret. */
export interface Credentials extends Secret {
  /** Of the account of mqha itself, whose password is `password`. */
  readonly username: string;
  readonly securityToken: string;
  /** By which brokers and mqha are known to ZooKeeper. */
  readonly zookeeperPassword: string;
  /** The other accounts by name. None of them: an mqha made this that knew one account. */
  readonly accounts?: Readonly<Record<string, Secret>> | undefined;
  /** Applications may know the password of mqha's own account: it was the only one once. */
  readonly shared?: boolean | undefined;
  /** Undefined without TLS. */
  readonly certificates?: Certificates | undefined;
}

/** One rendered file; `path` is relative to the cluster directory, with `/`. */
export interface RenderedFile {
  readonly path: string;
  readonly content: string;
  readonly secret: boolean;
  /**
   * A running broker reads it again once it was changed after the last look (ReloadableProperties.java). A look may fall
   * between the writing and the renaming of a file; so it gets a time that is a little ahead.
   */
  readonly reloaded?: boolean;
}
