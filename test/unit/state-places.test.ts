import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/lib/package.js';
import { Journal } from '../../src/state/journal/journal.js';
import { temporaryDirectory } from '../support/temp.js';
import { errorOf, made, mqha } from './rig.js';
import { isRoot } from './unprivileged.js';

/** Every file of `.mqha`, as docs/state.md lists them, and the journal. */
const FILES = [
  ...[
    ...readFileSync(join(packageRoot(), 'docs', 'state.md'), 'utf8').matchAll(
      /^\| `(.+?\.json)` \|/gm,
    ),
  ].map(([, name = '']) => name.replace('<name>', 'mq01')),
  'events.jsonl',
];

const fifo = (path: string) => execFileSync('mkfifo', [path]);

/** What can stand in the place of a file. */
const STANDS: Record<string, (path: string) => void> = {
  nothing: () => undefined,
  garbage: (path) => {
    writeFileSync(path, '\0{"a": [');
  },
  'an empty file': (path) => {
    writeFileSync(path, '');
  },
  'a directory': (path) => {
    mkdirSync(path);
  },
  'a FIFO': (path) => void fifo(path),
  'a dangling link': (path) => {
    symlinkSync('nowhere', path);
  },
  'a link to a device': (path) => {
    symlinkSync('/dev/zero', path);
  },
  ...(isRoot
    ? {}
    : {
        'a closed file': (path: string) => {
          writeFileSync(path, '{}');
          chmodSync(path, 0o000);
        },
      }),
};

describe.each(FILES)('with %s replaced', (name) => {
  it('status answers in time, or says which file is at fault', async () => {
    const directory = await made({ nodes: 1 });
    const path = join(directory, '.mqha', name);
    for (const [what, stand] of Object.entries(STANDS)) {
      const before = existsSync(path) ? readFileSync(path) : undefined;
      mkdirSync(dirname(path), { recursive: true });
      rmSync(path, { force: true });
      stand(path);
      const began = performance.now();
      const run = await mqha(['-C', directory, 'status', '--json']);
      expect(performance.now() - began, what).toBeLessThan(15_000);
      if (run.status === 0) {
        expect(JSON.parse(run.stdout), what).toHaveProperty('problems');
      } else {
        const error = errorOf(run);
        expect(error.code, what).not.toBe('internal');
        expect(error.message, what).toContain(path);
        expect(error.hint, what).not.toBe('');
      }
      rmSync(path, { force: true, recursive: true });
      if (before) writeFileSync(path, before);
    }
  }, 60_000);
});

describe('mqha.yaml', () => {
  it.each(['a directory', 'a FIFO'])('that is %s is told as such', async (what) => {
    const directory = await made({ nodes: 1 });
    const path = join(directory, 'mqha.yaml');
    rmSync(path);
    STANDS[what]?.(path);
    const run = await mqha(['-C', directory, 'status', '--json']);
    expect(run.status).toBe(2);
    expect(errorOf(run)).toMatchObject({
      code: 'config-unreadable',
      message: `${path} is ${what}, and a file is needed there`,
    });
  });
});

describe('a log', () => {
  it.each(['a directory', 'a FIFO'])('that is %s is told as such', async (what) => {
    const directory = await made({ nodes: 1 });
    const path = join(directory, 'nodes', 'mq01', 'log', 'activemq.log');
    mkdirSync(dirname(path), { recursive: true });
    STANDS[what]?.(path);
    for (const more of [[], ['-f']]) {
      const run = await mqha(['-C', directory, 'logs', 'mq01', ...more, '--json']);
      expect(errorOf(run)).toMatchObject({
        code: 'not-a-file',
        message: `${path} is ${what}, and a file is needed there`,
      });
    }
  });
});

describe('a journal', () => {
  it.each(['a directory', 'a FIFO'])('that is %s is told as such', async (what) => {
    const directory = temporaryDirectory();
    const path = join(directory, 'events.jsonl');
    STANDS[what]?.(path);
    const named = { code: 'not-a-file', message: `${path} is ${what}, and a file is needed there` };
    const told: unknown[] = [];
    const journal = new Journal(directory, { onError: (error) => told.push(error) });
    await expect(journal.read()).rejects.toMatchObject(named);
    await journal.append({ source: 'supervisor', type: 'config-problem', reason: 'x' });
    expect(told).toMatchObject([{ code: 'not-a-file' }]);
  });
});
