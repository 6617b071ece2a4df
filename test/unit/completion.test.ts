import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SHELLS } from '../../src/cli/commands/completion.js';
import { listedCommands } from '../../src/cli/generators/words.js';
import { packageRoot } from '../../src/lib/package.js';
import { temporaryDirectory } from '../support/temp.js';
import { mqha } from './rig.js';

const has = (program: string) => spawnSync(program, ['--version']).status === 0;

async function script(shell: string): Promise<string> {
  return (await mqha(['completion', shell])).stdout;
}

/** What bash offers for the last of the words. */
async function offered(words: readonly string[], cwd?: string): Promise<string[]> {
  const ask = [
    'compopt() { :; }', // Works in a completion that readline has asked for only.
    await script('bash'),
    'COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))',
    '_mqha',
    'printf "%s\\n" "${COMPREPLY[@]}"',
  ].join('\n');
  const args = ['--norc', '-c', ask, 'bash', 'mqha', ...words];
  return execFileSync('bash', args, { encoding: 'utf8', cwd }).trim().split('\n').sort();
}

describe('completion', () => {
  it.each(SHELLS)('for %s has every command and every option', async (shell) => {
    const text = await script(shell);
    for (const { definition, options } of listedCommands()) {
      expect(text).toContain(definition.name);
      for (const { long } of options) {
        expect(text).toContain(shell === 'fish' ? ` -l ${long.slice(2)} ` : long);
      }
    }
    expect(text).not.toContain('archive-classes');
  });

  it('is one document with --json', async () => {
    const { stdout } = await mqha(['completion', 'bash', '--json']);
    expect(JSON.parse(stdout)).toEqual({ shell: 'bash', script: await script('bash') });
  });

  it('comes for nothing but commands and options of bash, zsh and fish', async () => {
    expect(await mqha(['completion', 'tcsh'])).toMatchObject({ status: 2, stdout: '' });
    expect(await mqha(['completion'])).toMatchObject({ status: 2, stdout: '' });
  });

  it.runIf(has('zsh'))('is one that zsh reads', async () => {
    const file = join(temporaryDirectory(), '_mqha');
    writeFileSync(file, await script('zsh'));
    expect(spawnSync('zsh', ['-n', file], { encoding: 'utf8' })).toMatchObject({ stderr: '' });
  });

  it.runIf(has('fish'))('is one that fish reads', async () => {
    const file = join(temporaryDirectory(), 'mqha.fish');
    writeFileSync(file, await script('fish'));
    expect(spawnSync('fish', ['-n', file], { encoding: 'utf8' })).toMatchObject({ stderr: '' });
  });
});

describe('completion in bash', () => {
  it.each([
    [['st'], ['start', 'status', 'stop']],
    [['--js'], ['--json']],
    [['init', '--sy'], ['--sync']],
    [
      ['init', '--sync', 'q'],
      ['quorum_disk', 'quorum_mem'],
    ],
    [['init', '--name', 'q'], ['']],
    [['up', '--no'], ['--no-supervisor']],
    [['up', '--nodes'], ['']],
    [['up', '--timeout', '5s', '--dr'], ['--dry-run']],
    [['kill', 'm'], ['master']],
    [['kill', 'mq01', 'e'], ['elector']],
    [['exp'], ['export']],
    [['export', 's'], ['systemd']],
    [['export', 'systemd', '--o'], ['--output']],
    [
      ['-C', 'somewhere', 'sta'],
      ['start', 'status'],
    ],
    [['--cluster', 'up', 'stat'], ['status']],
    [['completion', 'z'], ['zsh']],
  ])('of %j is %j', async (words, wanted) => {
    expect(await offered(words)).toEqual(wanted);
  });

  it('offers directories and files where they are wanted', async () => {
    const here = readdirSync(packageRoot(), { withFileTypes: true });
    const directories = here.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    const wanted = directories.filter((name) => name.startsWith('s')).sort();
    expect(await offered(['-C', 's'], packageRoot())).toEqual(wanted);
    expect(await offered(['init', 's'], packageRoot())).toEqual(wanted);
    expect(await offered(['drill', '--report', 's'], packageRoot())).toEqual(wanted);
    expect(await offered(['send', 'q', '--file', 'README'], packageRoot())).toEqual(['README.md']);
  });
});
