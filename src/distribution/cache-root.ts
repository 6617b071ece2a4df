import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

/** The places in a cache: verified files, what is made of them, unfinished things, mqha's own compiled code. */
export const CACHE_PLACES = ['artifacts', 'distributions', 'tmp', 'code'] as const;

/** `$MQHA_CACHE`, else `$XDG_CACHE_HOME/mqha`, else `~/.cache/mqha`; absolute. */
export function cacheRoot(env: NodeJS.ProcessEnv): string {
  if (env.MQHA_CACHE) return resolve(env.MQHA_CACHE);
  const xdg = env.XDG_CACHE_HOME;
  // The XDG specification has a relative path ignored.
  if (xdg && isAbsolute(xdg)) return join(xdg, 'mqha');
  return join(env.HOME === undefined || env.HOME === '' ? homedir() : env.HOME, '.cache', 'mqha');
}

/** An environment whose MQHA_CACHE means the same from every working directory. */
export function withAbsoluteCache(env: NodeJS.ProcessEnv, cwd?: string): NodeJS.ProcessEnv {
  const { MQHA_CACHE: cache } = env;
  if (!cache || isAbsolute(cache)) return env;
  return { ...env, MQHA_CACHE: cwd === undefined ? resolve(cache) : resolve(cwd, cache) };
}
