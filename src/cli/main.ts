import { readlinkSync } from 'node:fs';
import { CommanderError, type Command } from 'commander';
import { buildCli, definitionOf } from './cli.js';
import type { Definition } from './definition.js';
import { Output } from './output/io.js';
import { indented } from '../lib/visible.js';
import type { CommandContext } from './run/context.js';
import { messageOf, MqhaError, systemCode, usageError } from '../lib/errors.js';
import { fileError } from '../lib/files.js';

/** Exit code of a command that gives verdicts, where there is none. */
const NO_VERDICT = 3;

const INTERRUPTED = 130;
const TERMINATED = 143;

type Handled = 'SIGINT' | 'SIGTERM';

/** All that the command line has of the process it runs in. */
export interface MainIo {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly stdin: NodeJS.ReadStream;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: () => string;
  readonly on: (signal: Handled, handler: () => void) => void;
  readonly off: (signal: Handled, handler: () => void) => void;
  /** Ends the process. It may be called again where it does not: the first code counts. */
  readonly exit: (code: number) => void;
}

/**
 * Runs the command line: argv and streams in, exit code out. The only place that turns an error
 * into text.
 */
export async function main(argv: readonly string[], io: MainIo): Promise<void> {
  const { stdout, stderr } = io;
  const out = new Output(stdout, io.env);
  const errors = new Output(stderr, io.env);
  const words = argv.slice(2);
  // Wrong usage must be reported as JSON too, and is found before the options are known.
  const json = words.slice(0, endOfOptions(words)).includes('--json');
  const interrupts = new Interrupts(io);
  let exitCode = 0;
  const cli = buildCli(
    (flags): CommandContext => ({
      io: {
        stdout: out,
        stderr: errors,
        get stdin() {
          return io.stdin;
        },
        env: io.env,
        json: flags.json === true,
      },
      cwd: io.cwd(),
      signal: interrupts.signal,
      command: ['mqha', ...words].join(' '),
      cluster: flags.cluster,
    }),
    (own) => {
      exitCode = own;
    },
  );
  quiet(cli, out);
  const how = { stderr: errors, json, verbose: words.includes('--verbose') };
  const unheard = (error: Error): number => {
    // A reader that has read enough (`mqha logs | head`) is no failure; `check` was not heard even so.
    const failed =
      systemCode(error) === 'EPIPE' ? 0 : report(fileError(error, pathOf(stdout)), how);
    return givesVerdicts(definitionOf(cli, words)) ? NO_VERDICT : failed;
  };
  let broken: Error | undefined;
  stdout.on('error', (error: Error) => {
    broken = error;
    if (definitionOf(cli, words)?.endsItself !== true) io.exit(unheard(error));
  });
  stderr.on('error', () => undefined); // There is nobody left to tell.
  try {
    await cli.parseAsync(argv);
  } catch (error) {
    const group = isUnfinished(error) && !json ? groupIn(cli) : undefined;
    group?.outputHelp();
    if (!group && !isHelp(error)) {
      const told = isUnfinished(error) ? unknownIn(cli) : error;
      exitCode = judged(definitionOf(cli, words), report(told, how));
    }
  }
  await flush(stdout);
  await flush(stderr);
  if (broken && exitCode === 0) exitCode = unheard(broken);
  interrupts.end();
  io.exit(exitCode);
}

/** Ctrl-C and SIGTERM: the first asks a command to end in order, the second ends it. */
class Interrupts {
  readonly #io: MainIo;
  readonly #controller = new AbortController();
  readonly #interrupt = () => {
    this.#come(INTERRUPTED);
  };
  readonly #terminate = () => {
    this.#come(TERMINATED);
  };

  constructor(io: MainIo) {
    this.#io = io;
    io.on('SIGINT', this.#interrupt);
    io.on('SIGTERM', this.#terminate);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  end(): void {
    this.#io.off('SIGINT', this.#interrupt);
    this.#io.off('SIGTERM', this.#terminate);
  }

  #come(exitCode: number): void {
    if (this.signal.aborted) this.#io.exit(exitCode);
    else
      this.#controller.abort(
        new DOMException(exitCode === TERMINATED ? 'SIGTERM' : 'SIGINT', 'AbortError'),
      );
  }
}

/** commander's own errors come as exceptions, and are printed by report(). */
function quiet(command: Command, stdout: Output): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => void stdout.print(text),
    writeErr: () => undefined,
    getOutHelpWidth: () => widthOf(stdout.stream),
    getErrHelpWidth: () => widthOf(stdout.stream),
    getOutHasColors: () => false,
    getErrHasColors: () => false,
  });
  for (const child of command.commands) quiet(child, stdout);
}

function widthOf({ isTTY, columns }: NodeJS.WriteStream): number {
  return isTTY ? columns : 80;
}

function isHelp(error: unknown): boolean {
  return error instanceof CommanderError && error.exitCode === 0;
}

/** Nobody has typed a command, or none of a group. */
function isUnfinished(error: unknown): boolean {
  return error instanceof CommanderError && error.code === 'commander.help';
}

/** The commands of which one may follow: all, or those of a group. */
function groupIn(cli: Command): Command | undefined {
  const [typed] = cli.args;
  return typed === undefined ? cli : cli.commands.find((command) => command.name() === typed);
}

function unknownIn({ args: [typed, asked] }: Command): MqhaError {
  const message = typed === 'help' ? `unknown command '${asked ?? ''}'` : 'no command was given';
  return usageError('usage', message, 'See `mqha --help`.');
}

function givesVerdicts(definition: Definition | undefined): boolean {
  return definition?.exitCodes?.[NO_VERDICT] !== undefined;
}

/** An error is no verdict: `check` and `drill` mean by 1 what they found, and `check` by 2 as well. */
function judged(definition: Definition | undefined, exitCode: number): number {
  const isVerdict = definition?.exitCodes?.[exitCode] !== undefined;
  return isVerdict && givesVerdicts(definition) ? NO_VERDICT : exitCode;
}

/** Where a stream goes, so that a full disk can be named. */
function pathOf(stream: object): string {
  try {
    return readlinkSync(`/proc/self/fd/${'fd' in stream ? String(stream.fd) : ''}`);
  } catch {
    return '/dev/stdout'; // Not on Linux, or no file.
  }
}

function endOfOptions(words: readonly string[]): number {
  const end = words.indexOf('--');
  return end === -1 ? words.length : end;
}

interface How {
  readonly stderr: Output;
  readonly json: boolean;
  readonly verbose: boolean;
}

/** Tells an error. @returns its exit code */
function report(error: unknown, { stderr, json, verbose }: How): number {
  const known =
    error instanceof CommanderError
      ? fromCommander(error)
      : error instanceof MqhaError
        ? error
        : undefined;
  const { code, message, hint, problems, exitCode } =
    known ??
    new MqhaError('internal', `mqha failed: ${messageOf(error)}`, {
      hint: 'This is a bug of mqha; please report it with the stack trace (--verbose).',
    });
  if (json) {
    void stderr.json(`${JSON.stringify({ error: { code, message, hint, problems } })}\n`);
  } else {
    void stderr.print(`error: ${indented(message)}\nhint: ${indented(hint)}\n`);
  }
  if ((!known && !json) || verbose) {
    void stderr.print(`${error instanceof Error ? indented(error.stack ?? '') : ''}\n`);
  }
  return exitCode;
}

function fromCommander(error: CommanderError): MqhaError {
  const message = error.message.replace(/^error: /, '').replace(/\n\(see mqha --help\)$/, '');
  return usageError('usage', message, 'See `mqha --help`.');
}

function flush(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => {
      resolve();
    });
  });
}
