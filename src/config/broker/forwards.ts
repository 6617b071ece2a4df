import type * as z from 'zod';
import type { DestinationPattern } from '../users.js';

/** A composite: what is sent to destinations of a name, and where it is sent on to. */
export interface Composite extends DestinationPattern {
  readonly targets: readonly DestinationPattern[];
}

/** Whether a name is one of those that a pattern has: `*` is one part of it, `>` all that follows (DestinationFilter). */
function isMatched(pattern: DestinationPattern, { kind, name }: DestinationPattern): boolean {
  if (pattern.kind !== kind) return false;
  const [wanted, parts] = [pattern.name.split('.'), name.split('.')];
  const all = wanted.indexOf('>');
  if (all < 0 && wanted.length !== parts.length) return false;
  const compared = all < 0 ? wanted : wanted.slice(0, all);
  return compared.every((part, index) => part === '*' || part === parts[index]);
}

/** The names on the way of a message that comes back to a composite which it has left; undefined where none does. */
export function loopIn(composites: readonly Composite[]): readonly string[] | undefined {
  const from = (way: readonly Composite[]): readonly Composite[] | undefined => {
    const [first, last] = [way[0], way.at(-1)];
    for (const next of composites) {
      if (!last?.targets.some((target) => isMatched(next, target))) continue;
      if (next === first) return [...way, next];
      if (way.includes(next)) continue;
      const loop = from([...way, next]);
      if (loop) return loop;
    }
    return undefined;
  };
  for (const composite of composites) {
    const loop = from([composite]);
    if (loop) return loop.map(({ name }) => name);
  }
  return undefined;
}

/** Refuses composites that send a message to one another for ever. */
export function refuseLoops(composites: readonly Composite[], context: z.RefinementCtx): void {
  const loop = loopIn(composites);
  if (!loop) return;
  context.addIssue({
    code: 'custom',
    message: `a message would be forwarded for ever: ${loop.join(' → ')}`,
  });
}
