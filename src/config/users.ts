import * as z from 'zod';
import { hidesSomething } from '../lib/visible.js';
import { NAME, otherwise, quoted, text, yesOrNo } from './fields.js';

/** The account of applications: what `mqha env` prints. */
export const APP = 'app';

/** The account of a person, for the web port. */
export const CONSOLE = 'console';

/** The account of mqha itself, in every cluster that has accounts. */
export const MANAGEMENT = 'mqha';

/** What an account may do with a destination; the keys of an entry of `users`. */
export const RIGHTS = ['read', 'write', 'create', 'admin'] as const;

export type Right = (typeof RIGHTS)[number];

/** Destinations as the authorization plugin names them: `*` is one part of a name, `>` at the end all that follows. */
export interface DestinationPattern {
  readonly kind: 'queue' | 'topic';
  readonly name: string;
}

/** An account of mqha.yaml. */
export interface UserConfig {
  readonly name: string;
  /** The file that holds its password, as it was written: relative to the cluster directory. None: one is generated. */
  readonly passwordFile?: string;
  /** Whether it opens the web port. */
  readonly console: boolean;
  readonly rights: Readonly<Record<Right, readonly DestinationPattern[]>>;
}

// A comma would make it several, and a question mark begins options (ActiveMQDestination). Of ${…} and #{…} Spring would
// make something else.
const PART = /^(\*|(?!.*[$#]\{)[^\s.,?*>"'<&\p{Cc}\p{Bidi_Control}]+)$/u;

/** `orders.>`, `queue://orders.>` or `topic://prices.*`; undefined where the text is none of these. */
export function parseDestination(value: string): DestinationPattern | undefined {
  const [, scheme, name = ''] = /^(?:(queue|topic):\/\/)?(.+)$/s.exec(value) ?? [];
  const parts = name.split('.');
  const named = parts.at(-1) === '>' ? parts.slice(0, -1) : parts;
  if (parts.length > 32 || !named.every((part) => PART.test(part))) return undefined;
  if (scheme === undefined && name.includes('://')) return undefined;
  return { kind: scheme === 'topic' ? 'topic' : 'queue', name };
}

const destinations = z
  .array(
    text(
      (value) => parseDestination(value) !== undefined,
      'a queue or a topic (orders.new, orders.>, topic://prices.*)',
    ),
    otherwise((got) => `expected a list of destinations, got ${got}`),
  )
  .default([]);

const RESERVED = [MANAGEMENT, APP, CONSOLE];

/** An entry of `users` as a person writes it. */
export const user = z.strictObject({
  name: text(
    (value) => NAME.test(value),
    'an account name (letters, digits, "-" and "_", 32 at most)',
  ).refine((value) => !RESERVED.includes(value.toLowerCase()), {
    error: (issue) =>
      `${quoted(issue.input)} is an account that every cluster has (${RESERVED.join(', ')}); choose another name`,
  }),
  passwordFile: text(
    (value) => value.trim() !== '' && !hidesSomething(value),
    'the path of a file',
  ).optional(),
  console: yesOrNo.default(false),
  read: destinations,
  write: destinations,
  create: destinations,
  admin: destinations,
});

/** An account with its destinations read. All of them were checked by the schema. */
export function completeUser(file: z.infer<typeof user>): UserConfig {
  const all = (right: Right) => file[right].flatMap((value) => parseDestination(value) ?? []);
  return {
    name: file.name,
    ...(file.passwordFile === undefined ? {} : { passwordFile: file.passwordFile }),
    console: file.console,
    rights: {
      read: all('read'),
      write: all('write'),
      create: all('create'),
      admin: all('admin'),
    },
  };
}
