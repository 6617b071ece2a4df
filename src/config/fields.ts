import * as z from 'zod';

/** What is said of a value that must be there. */
export const MISSING = 'is missing';

/** A broker's, a node's or an account's name. */
export const NAME = /^[a-z0-9]([a-z0-9_-]{0,30}[a-z0-9])?$/i;

export const quoted = (value: unknown): string => JSON.stringify(value);

/** The error of a value of another type than is wanted, or of none at all. */
export const otherwise = (message: (got: string) => string) => ({
  error: ({ input }: { readonly input?: unknown }) =>
    input === undefined ? MISSING : message(quoted(input)),
});

/** A text that passes a test. @param expected what it is then, in words */
export function text(test: (value: string) => boolean, expected: string) {
  return z
    .string(otherwise((got) => `expected ${expected}, got ${got}`))
    .refine(test, { error: (issue) => `${quoted(issue.input)} is not ${expected}` });
}

/** A text that something can be read from, or a number that stands for one: YAML makes one of a bare `6`. */
export function unit(parse: (value: string) => unknown, expected: string) {
  return z
    .union(
      [z.string(), z.number()],
      otherwise((got) => `expected ${expected}, got ${got}`),
    )
    .transform(String)
    .refine((value) => parse(value) !== undefined, {
      error: (issue) => `${quoted(issue.input)} is not ${expected}`,
    });
}

export const yesOrNo = z.boolean(otherwise((got) => `expected true or false, got ${got}`));
