/**
 * Why the supervisor kills a process that lives: the `code` of `process-killed` in the journal.
 * Meanings are Markdown, for docs/codes.md, which `npm run generate` writes. The table only grows:
 * older journals are read for ever.
 */
export const KILL_CODES = {
  hung: 'it does not answer, or is suspended, and others wait for it',
  'promotion-stuck': 'it was elected, and its store does not start',
  'not-serving': 'it was elected and its store has started, and it accepts no client',
  vetoing: 'a member that does not report its position, so that no master is elected',
  'attach-stuck': 'a slave that attaches without progress',
  'not-registered': 'it runs, and has not registered in ZooKeeper since it was started',
  'not-a-member': 'it runs, and is not registered any more',
  'zookeeper-hung': 'the managed ZooKeeper does not answer',
  behind: 'a master that lacks what its slaves have',
  hopeless: 'it fails at what another has failed at as well, and another would be elected with it',
} as const satisfies Readonly<Record<string, string>>;

export type KillCode = keyof typeof KILL_CODES;
