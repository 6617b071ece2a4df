/** Variables that may name the encoding of a process, the one that counts most first (POSIX, Internationalization Variables). */
const ENCODING = ['LC_ALL', 'LC_CTYPE', 'LANG'];

/**
 * An environment in which a JVM takes names of files for UTF-8, which they are. With the locale `C`, as cron and systemd
 * have it, a path with any other character than those of ASCII is absent for Java 17. What says UTF-8 already is kept.
 */
export function withUtf8(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const named = ENCODING.find((name) => env[name] !== undefined && env[name] !== '');
  if (named !== undefined && /utf-?8/i.test(env[named] ?? '')) return env;
  return { ...env, [named === 'LC_ALL' ? 'LC_ALL' : 'LC_CTYPE']: 'C.UTF-8' };
}
