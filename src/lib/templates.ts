import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Eta } from 'eta';
import { packageRoot } from './package.js';

const engine = new Eta({ tags: ['{{', '}}'], useWith: true, autoEscape: true, autoTrim: false });
// Values were checked against narrow patterns; escaping is for markup and would be wrong elsewhere.
const plain = new Eta({ tags: ['{{', '}}'], useWith: true, autoEscape: false, autoTrim: false });

/**
 * Fills in a file of `templates/`. A name that the data lacks is an error, never an empty text.
 * @param name relative to `templates/`
 */
export function renderTemplate(name: string, data: object): string {
  const source = readFileSync(join(packageRoot(), 'templates', name), 'utf8');
  return (/\.(xml|html)$/.test(name) ? engine : plain).renderString(source, data);
}
