import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { coloursOf, type Colours } from '../../src/cli/output/colours.js';
import { answer, Output, type Io } from '../../src/cli/output/io.js';
import { entryText, historyText } from '../../src/cli/output/journal-text.js';
import { createReporter } from '../../src/cli/output/reporter.js';
import { statusText } from '../../src/cli/output/status-table.js';
import { queuesText } from '../../src/cli/run/queues.js';
import { usageError } from '../../src/lib/errors.js';
import { visible, visibleJson, visibleValue } from '../../src/lib/visible.js';
import type { ClusterStatus } from '../../src/observe/status.js';
import type { Entry } from '../../src/state/journal/entries.js';
import { main } from '../../src/cli/main.js';
import { errorOf, made, mqha, TestIo, unrendered } from './rig.js';

/** Title, clear, colour, bell, C1, DEL, override, isolate, mark, line ends: all that must not reach a terminal. */
const EVIL =
  'a\u001b]0;t\u0007\u001b[2J\u001b[32mgreen\u001b[39m\u009b1m\u007f\u202eb\u2066c\u200f\u2028d\r\ne\tf';

const SHOWN =
  'a\\x1b]0;t\\x07\\x1b[2J\\x1b[32mgreen\\x1b[39m\\x9b1m\\x7f\\u202eb\\u2066c\\u200f\\u2028d\\r\\ne\\tf';

const HIDDEN = /(?!\n)[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u;
// eslint-disable-next-line no-control-regex -- what chalk makes of our four colours
const OURS = /\u001b\[(1|22|31|32|33|39)m/g;

/** What a piece of a command writes to streams that are a terminal, or are none. */
function written(terminal: boolean, write: (io: Io) => void, json = false) {
  const test = new TestIo({ terminal });
  const { env, stdin } = test;
  const outputs = { stdout: new Output(test.stdout, env), stderr: new Output(test.stderr, env) };
  write({ ...outputs, stdin, env, json });
  test.exit(0);
  return test.run;
}

const status: ClusterStatus = {
  cluster: EVIL,
  directory: EVIL,
  state: 'degraded',
  zookeeper: { connect: EVIL, path: EVIL, managed: true, reachable: true, numChildren: 3 },
  replicas: 3,
  quorum: 2,
  sync: EVIL,
  master: EVIL,
  elector: EVIL,
  failoverUrl: EVIL,
  nodes: [
    {
      name: EVIL,
      host: EVIL,
      webPort: 1,
      messagePort: 2,
      replicationHost: EVIL,
      replicationPort: 3,
      process: 'running',
      pid: 4,
      member: EVIL,
      role: 'master',
      accepting: true,
      attached: null,
      lagBytes: null,
      replicas: 3,
      ended: { at: EVIL, code: EVIL, exitCode: 70, message: EVIL },
      kept: [{ path: EVIL, bytes: 1, why: EVIL }],
    },
  ],
  supervisor: {
    running: true,
    pid: 9,
    processes: [{ name: EVIL, wanted: 'up', does: 'waiting', fault: EVIL, reason: EVIL }],
  },
  usage: null,
  problems: [
    { severity: 'error', code: 'intruder', node: EVIL, message: EVIL, hint: EVIL },
    { severity: 'warning', code: 'intruder', node: null, message: EVIL, hint: EVIL },
  ],
  operations: [
    {
      kind: 'drill',
      began: EVIL,
      command: EVIL,
      pid: null,
      steps: [{ text: EVIL, done: true }],
      next: EVIL,
    },
  ],
};

const at = '2026-11-24T07:01:02.345Z';
const died: Entry = { at, source: 'supervisor', type: 'config-problem', reason: EVIL };
const unknown = { at, source: EVIL, type: EVIL, [EVIL]: EVIL } as unknown as Entry;
const queue = { name: EVIL, depth: 1, consumers: 0, in: 1, out: 0 };

type Printer = readonly [string, object, (value: never, colours: Colours) => string, number];

/** The printers, with how many lines each is to make of it: a name with a line end adds none. */
const PRINTERS: readonly Printer[] = [
  // Two lines more for each of the problems, and of each text in them one more, indented.
  ['status', status, (value: ClusterStatus, colours) => statusText(value, colours, true), 21],
  [
    'queues',
    { master: EVIL, queues: [queue, queue] },
    (value: Parameters<typeof queuesText>[0]) => queuesText(value),
    5,
  ],
  [
    'events',
    { events: [died, unknown] },
    (value: { events: Entry[] }) => value.events.map(entryText).join('\n'),
    2,
  ],
  [
    'history',
    [{ at, from: EVIL, to: EVIL, reason: EVIL, outageMs: 1 }],
    (value: Parameters<typeof historyText>[0]) => historyText(value),
    2,
  ],
  ['one that knows nothing of it', { a: [EVIL] }, ({ a }: { a: string[] }) => a.join('\n'), 1],
  // It goes past what answer() gives it: its line ends are taken for its own, and nothing else.
  ['one that goes past it', {}, () => EVIL, 2],
];

describe('what others have named, said or logged', () => {
  it.each(PRINTERS)(
    'is no command to a terminal in the text of %s',
    (_name, value, text, lines) => {
      for (const terminal of [true, false]) {
        const { stdout } = written(terminal, (io) => {
          answer(io, value, (shown) => text(shown as never, coloursOf(io.stdout)));
        });
        expect(stdout.replace(OURS, '').replaceAll('\t', '')).not.toMatch(HIDDEN);
        expect(stdout).toContain(
          '\\x1b[32mgreen\\x1b[39m\\x9b1m\\x7f\\u202eb\\u2066c\\u200f\\u2028d',
        );
        expect(stdout.trimEnd().split('\n')).toHaveLength(lines);
      }
    },
  );

  it.each(PRINTERS)('stays the same in the JSON of %s', (_name, value, text) => {
    const { stdout } = written(
      true,
      (io) => {
        answer(io, value, (shown) => text(shown as never, coloursOf(io.stdout)));
      },
      true,
    );
    expect(stdout).not.toMatch(HIDDEN);
    expect(JSON.parse(stdout)).toEqual(value);
  });

  it('is no command in progress and warnings, with the spinner and without', () => {
    for (const terminal of [true, false]) {
      const { stderr } = written(terminal, (io) => {
        const reporter = createReporter(io);
        reporter.emit({ type: 'warning', message: EVIL });
        reporter.emit({ type: 'process-started', name: EVIL, pid: 1 });
        reporter.emit({ type: 'drill-step', text: EVIL });
        reporter.stop();
      });
      expect(stderr.replace(OURS, '').replaceAll('\t', '')).not.toMatch(HIDDEN);
      expect(stderr).toContain(`started ${SHOWN} (pid 1)\n`);
    }
  });

  it('is no command in an error, nor passes for a hint', async () => {
    const io = Object.assign(new TestIo({ terminal: true }), {
      cwd: () => {
        throw usageError('usage', `${EVIL}\nhint: do harm`, EVIL);
      },
    });
    await main(['node', 'mqha', 'status'], io);
    expect(io.run.stderr.replaceAll('\t', '')).not.toMatch(HIDDEN);
    expect(io.run.stderr.match(/^hint:/gm)).toHaveLength(1);
    const bug = Object.assign(new TestIo(), {
      cwd: () => {
        throw new TypeError(EVIL);
      },
    });
    await main(['node', 'mqha', 'status'], bug);
    expect(bug.run.stderr.replaceAll('\t', '')).not.toMatch(HIDDEN);
    expect(bug.run.stderr).toMatch(/^\s+at /m);
    const typed = await mqha([EVIL], { terminal: true });
    expect(typed.status).toBe(2);
    expect(typed.stderr.replaceAll('\t', '')).not.toMatch(HIDDEN);
    const asJson = await mqha(['-C', '/', EVIL, '--json']);
    expect(asJson.stderr).not.toMatch(HIDDEN);
    expect(errorOf(asJson).message).toContain(EVIL);
  });
});

describe('our own colours', () => {
  const paint = (terminal: boolean) =>
    written(terminal, (io) => {
      const { bold, red } = coloursOf(io.stdout);
      void io.stdout.print(`${bold(`a ${red('b')}`)}${red('\u001b[8m')}\u001b[31m\n`);
    }).stdout;

  it('are what is left on a terminal, and none of theirs', () => {
    expect(paint(true)).toBe(
      '\u001b[1ma \u001b[31mb\u001b[39m\u001b[22m\u001b[31m\\x1b[8m\u001b[39m\\x1b[31m\n',
    );
  });

  it('are none elsewhere', () => {
    expect(paint(false)).toBe('a b\\x1b[8m\\x1b[31m\n');
  });
});

describe('a log', () => {
  const LINE = 'a\t\u001b[31mb\u202e';

  async function logged(): Promise<string> {
    const directory = await made();
    const log = join(directory, 'nodes', 'mq02', 'log');
    mkdirSync(log);
    writeFileSync(join(log, 'activemq.log'), `${LINE}\n`);
    return directory;
  }

  it('is exact in a pipe, and no command to a terminal', async () => {
    const args = ['-C', await logged(), 'logs', 'mq02'];
    expect((await mqha(args)).stdout).toBe(`${LINE}\n`);
    expect((await mqha(args, { terminal: true })).stdout).toBe('a\t\\x1b[31mb\\u202e\n');
    const json = await mqha([...args, '--json'], { terminal: true });
    expect(json.stdout).not.toMatch(HIDDEN);
    expect(JSON.parse(json.stdout)).toMatchObject({ logs: [{ lines: [LINE] }] });
  });

  it('of each node is shown under its name, and none as nothing', async () => {
    const directory = await logged();
    expect((await mqha(['-C', directory, 'logs'])).stdout).toContain(
      `mq02/log/activemq.log <==\n${LINE}\n`,
    );
    expect((await mqha(['-C', directory, 'logs', 'mq01'])).stdout).toBe('');
  });
});

describe('a body', () => {
  const BYTES = Buffer.from([0xff, 0x1b, 0x5b, 0x0a]);

  it('is exact in a pipe, and no command to a terminal', () => {
    const print = (terminal: boolean, body: string | Buffer) => {
      const chunks: (string | Buffer)[] = [];
      const { stdout } = new TestIo({ terminal });
      Object.assign(stdout, { write: (chunk: string | Buffer) => chunks.push(chunk) });
      void new Output(stdout, {}).quote(body);
      return chunks[0];
    };
    expect(print(false, EVIL)).toBe(EVIL);
    expect(print(false, BYTES)).toBe(BYTES);
    expect(print(true, '\u001b[2Jx\ty\n')).toBe('\\x1b[2Jx\ty\n');
    expect(print(true, BYTES)).toBe('\ufffd\\x1b[\n');
  });
});

describe('the visible form', () => {
  it('is one line of a text, leaves other text alone, and is the same when it is made again', () => {
    expect(visible(EVIL)).toBe(SHOWN);
    expect(visible(SHOWN)).toBe(SHOWN);
    const plain = 'Zürich – 東京 👩‍👩‍👧 C:\\x';
    expect(visible(plain)).toBe(plain);
  });

  it('of a value keeps what is no text, and lines of messages apart', () => {
    const date = new Date(0);
    const value = {
      date,
      n: 1,
      none: null,
      un: undefined,
      message: 'a\nhint: b\n  - c',
      [EVIL]: EVIL,
    };
    expect(visibleValue(value)).toEqual({
      ...{ date, n: 1, none: null, un: undefined, message: 'a\n  hint: b\n  - c' },
      [SHOWN]: SHOWN,
    });
  });

  it('of JSON is JSON that says the same', () => {
    const json = JSON.stringify({ [EVIL]: [EVIL] }, null, 2);
    expect(visibleJson(json)).not.toMatch(HIDDEN);
    expect(JSON.parse(visibleJson(json))).toEqual({ [EVIL]: [EVIL] });
  });
});

describe('a name from a person', () => {
  it.each(['a\u202eb', 'a\u2066b', 'a\u200fb', 'a\u2028b', 'a\u009bb'])(
    'is refused where it hides something: %j',
    async (name) => {
      const run = await mqha(['-C', await unrendered(), 'consume', name]);
      expect(run.status).toBe(2);
      expect(run.stderr).toContain('has a control character');
      expect(run.stderr).not.toMatch(HIDDEN);
    },
  );
});
