import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

/** `$MQHA_CACHE`, else `$XDG_CACHE_HOME/mqha`, else `~/.cache/mqha`; absolute. */
export function cacheRoot(env: NodeJS.ProcessEnv): string {
  if (env.MQHA_CACHE) return resolve(env.MQHA_CACHE);
  const xdg = env.XDG_CACHE_HOME;
  // The XDG specification has a relative path ignored.
  if (xdg && isAbsolute(xdg)) return join(xdg, 'mqha');
  return join(env.HOME === undefined || env.HOME === '' ? homedir() : env.HOME, '.cache', 'mqha');
}
