/** How a slave stands to its master, as its own log says. */
export type Attachment = 'attaching' | 'attached' | 'none';

/** Follows the attachment of one slave by its log. */
export interface AttachmentLog {
  /** @returns the state, and a number that changes with every line: no change is no progress */
  look(): Promise<{ readonly state: Attachment | 'unknown'; readonly progress: number }>;
}
