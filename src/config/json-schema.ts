import * as z from 'zod';
import { clusterFile } from './schema.js';

/**
 * The JSON schema (draft 2020-12) of mqha.yaml as a person writes it. What a key may not be beside another, and the form of
 * durations and sizes, are checked by mqha alone.
 */
export function clusterFileSchema(): object {
  return {
    ...z.toJSONSchema(clusterFile, { io: 'input', unrepresentable: 'any' }),
    title: 'mqha.yaml',
  };
}
