import { MqhaError, systemCode } from '../lib/errors.js';
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
    cwd: workingDirectory,
    on: (signal, handler) => void process.on(signal, handler),
    off: (signal, handler) => void process.off(signal, handler),
    exit: (code) => process.exit(code),
  };
}

/** @throws MqhaError `no-directory` where it was removed */
function workingDirectory(): string {
  try {
    return process.cwd();
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    throw new MqhaError('no-directory', 'the working directory was removed', {
      hint: 'Change into a directory that exists.',
      cause: error,
    });
  }
}
