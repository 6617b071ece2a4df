import { readlinkSync } from 'node:fs';
import { CommanderError, type Command } from 'commander';
import { buildCli } from './cli.js';
import type { Outcome } from './cli-options.js';
import type { CommandContext } from './commands/context.js';
import { messageOf, MqhaError, systemCode, usageError } from '../lib/errors.js';
import { fileError } from '../lib/files.js';

/** Exit code of `check` and `drill` where there is no verdict. */
const NO_VERDICT = 3;

/**
 * Runs the command line: argv and streams in, exit code out. The only place that turns an error
 * into text.
 */
export async function main(argv: readonly string[]): Promise<void> {
  const { stdout, stderr, stdin, env } = process;
  const words = argv.slice(2);
  // Wrong usage must be reported as JSON too, and is found before the options are known.
  const json = words.slice(0, endOfOptions(words)).includes('--json');
  const interrupt = new AbortController();
  process.on('SIGINT', () => {
    if (interrupt.signal.aborted) process.exit(130);
    interrupt.abort();
  });
  process.on('SIGTERM', () => {
    if (interrupt.signal.aborted) process.exit(143);
    interrupt.abort();
  });
  const outcome: Outcome = { exitCode: undefined, endsItself: false };
  const cli = buildCli(
    (flags): CommandContext => ({
      io: { stdout, stderr, stdin, env, json: flags.json === true },
      cwd: process.cwd(),
      signal: interrupt.signal,
      command: ['mqha', ...words].join(' '),
      cluster: flags.cluster,
    }),
    outcome,
  );
  quiet(cli);
  const how = { json, verbose: words.includes('--verbose') };
  let unheard: Error | undefined;
  const exitUnheard = (error: Error): never => {
    // A reader that has read enough (`mqha logs | head`) is no failure; `check` was not heard even so.
    const failed = systemCode(error) === 'EPIPE' ? 0 : report(fileError(error, stdoutPath()), how);
    process.exit(isCommand(cli, 'check', 'drill') ? NO_VERDICT : failed);
  };
  stdout.on('error', (error: Error) => {
    unheard = error;
    if (!outcome.endsItself) exitUnheard(error);
  });
  stderr.on('error', () => undefined); // There is nobody left to tell.
  let exitCode: number;
  try {
    await cli.parseAsync(argv);
    exitCode = outcome.exitCode ?? 0;
  } catch (error) {
    if (isHelp(error)) exitCode = 0;
    else exitCode = report(error, how);
    exitCode = judged(cli, exitCode);
  }
  await flush(stdout);
  await flush(stderr);
  if (unheard && exitCode === 0) exitUnheard(unheard);
  process.exit(exitCode);
}

/** commander's own errors come as exceptions, and are printed by report(). */
function quiet(command: Command): void {
  command.exitOverride().configureOutput({ writeErr: () => undefined });
  for (const child of command.commands) quiet(child);
}

function isHelp(error: unknown): boolean {
  return error instanceof CommanderError && error.exitCode === 0;
}

function isCommand(cli: Command, ...names: readonly string[]): boolean {
  return names.includes(cli.args[0] ?? '');
}

/** An error is no verdict: `check` and `drill` mean by 1 what they found, and `check` by 2 as well. */
function judged(cli: Command, exitCode: number): number {
  if (exitCode === 0 || exitCode === 130) return exitCode;
  const isNone = isCommand(cli, 'check') || (exitCode === 1 && isCommand(cli, 'drill'));
  return isNone ? NO_VERDICT : exitCode;
}

/** Where stdout goes, so that a full disk can be named. */
function stdoutPath(): string {
  try {
    return readlinkSync('/proc/self/fd/1');
  } catch {
    return '/dev/stdout'; // Not on Linux.
  }
}

function endOfOptions(words: readonly string[]): number {
  const end = words.indexOf('--');
  return end === -1 ? words.length : end;
}

function report(error: unknown, how: { json: boolean; verbose: boolean }): number {
  const known =
    error instanceof CommanderError
      ? fromCommander(error)
      : error instanceof MqhaError
        ? error
        : undefined;
  const { code, message, hint, problems } = known ?? {
    code: 'internal',
    message: `mqha failed: ${messageOf(error)}`,
    hint: 'This is a bug of mqha; please report it with the stack trace (--verbose).',
    problems: [],
  };
  const text = how.json
    ? JSON.stringify({ error: { code, message, hint, problems } })
    : `error: ${message}\nhint: ${hint}`;
  process.stderr.write(`${text}\n`);
  if ((!known && !how.json) || how.verbose) {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? '') : ''}\n`);
  }
  return known?.exitCode ?? 1;
}

function fromCommander(error: CommanderError): MqhaError {
  if (error.code === 'commander.help') {
    return usageError('usage', 'no command was given', 'See `mqha --help`.');
  }
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
