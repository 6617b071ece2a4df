import { withUtf8 } from '../../lib/locale.js';

/** What a Java program, and whatever it starts, needs of the environment of who starts it. */
const NEEDED = new Set([
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'TMPDIR', 'TZ', 'TZDIR', 'LANG', 'LANGUAGE'],
  // Where Java and its libraries are, and what they allocate with.
  ...['JAVA_HOME', 'LD_LIBRARY_PATH', 'LD_PRELOAD', 'DYLD_LIBRARY_PATH', 'MALLOC_ARENA_MAX'],
]);

/** What a program of mqha's own needs besides: its settings, and those of the tools that fill the cache. */
const OWN =
  /^(MQHA_.*|XDG_CACHE_HOME|NODE_OPTIONS|NODE_EXTRA_CA_CERTS|MAVEN_.*|M2_HOME|(https?|no|all)_proxy)$/i;

function chosen(env: NodeJS.ProcessEnv, isChosen: (name: string) => boolean): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => isChosen(name)));
}

/**
 * The part of an environment that long-lived programs get. All of it would carry the tokens of a CI job or a cloud into
 * `/proc/<pid>/environ` and heap dumps. Names of files are UTF-8 to them.
 */
export function neededEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return withUtf8(chosen(env, (name) => NEEDED.has(name) || name.startsWith('LC_')));
}

/** What mqha's own background processes get of an environment besides neededEnvironment(). */
export function ownEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  return chosen(env, (name) => OWN.test(name)) as Record<string, string>;
}
