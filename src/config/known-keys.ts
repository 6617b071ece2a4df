import { closest, distance } from 'fastest-levenshtein';
import * as z from 'zod';
import { clusterFile } from './schema.js';

/** So many letters may be wrong in a key that is taken for another. */
const SLIPS = 2;

/**
 * The key of mqha.yaml that somebody may have meant.
 * @param path where the unknown key stands: names of keys, and numbers of entries
 * @returns undefined where no key of that place looks like it
 */
export function likelyKey(path: readonly PropertyKey[], unknown: string): string | undefined {
  const keys = Object.keys(objectAt(path)?.properties ?? {});
  const same = keys.find((key) => key.toLowerCase() === unknown.toLowerCase());
  if (same !== undefined) return same;
  const nearest = keys.length === 0 ? undefined : closest(unknown, keys);
  return nearest !== undefined && distance(nearest, unknown) <= SLIPS ? nearest : undefined;
}

type Schema = z.core.JSONSchema.BaseSchema;

function objectAt(path: readonly PropertyKey[]): Schema | undefined {
  const whole = z.toJSONSchema(clusterFile, { io: 'input', unrepresentable: 'any' });
  return path.reduce<Schema | undefined>(
    (at, key) => objectOf(typeof key === 'number' ? at?.items : at?.properties?.[String(key)]),
    whole,
  );
}

/** Of several that may stand at a place, the one with keys. */
function objectOf(schema: unknown): Schema | undefined {
  if (typeof schema !== 'object' || schema === null) return undefined;
  const found = schema as Schema;
  return found.anyOf?.map(objectOf).find((one) => one?.properties) ?? found;
}
