import type { MainIo } from './main.js';

/** Streams, environment, signals and end of this process. Streams are opened when they are asked for. */
export function processIo(): MainIo {
  return {
    get stdout() {
      return process.stdout;
    },
    get stderr() {
      return process.stderr;
    },
    get stdin() {
      return process.stdin;
    },
    env: process.env,
    cwd: () => process.cwd(),
    on: (signal, handler) => void process.on(signal, handler),
    off: (signal, handler) => void process.off(signal, handler),
    exit: (code) => process.exit(code),
  };
}
