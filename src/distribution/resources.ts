import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { MqhaError } from '../lib/errors.js';
import { packageRoot } from '../lib/package.js';

/**
 * The jar with mqha's own Java: the guard's patcher and the launchers. It is built into `dist/`,
 * and is found there also when this runs from the TypeScript sources.
 * @throws MqhaError `package-incomplete` when it has not been built
 */
export function javaJarPath(root: string = packageRoot()): string {
  const path = join(root, 'dist', 'java', 'mqha-java.jar');
  if (!existsSync(path)) {
    throw new MqhaError('package-incomplete', `mqha's own Java is missing: ${path}`, {
      hint: 'In a checkout run `npm run build`; an installed package should be installed again.',
    });
  }
  return path;
}
