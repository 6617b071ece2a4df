import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DryRun } from '../../src/operations/scale/dry-run.js';
import { temporaryDirectory } from '../support/temp.js';
import { edit, errorOf, fakeJava, made, mqha, portOptions, secretsOf, type Run } from './rig.js';

/** Neither secret stands in anything that a command wrote. */
function expectNone(secrets: readonly string[], run: Run, what: string): void {
  for (const secret of secrets) {
    expect(secret.length, what).toBeGreaterThanOrEqual(24);
    expect(run.stdout, what).not.toContain(secret);
    expect(run.stderr, what).not.toContain(secret);
  }
}

describe('the generated password and token', () => {
  it('are made for each cluster anew', async () => {
    const [one, two] = [secretsOf(await made()), secretsOf(await made())];
    expect(one).toHaveLength(4);
    expect(new Set([...one, ...two]).size).toBe(8);
  });

  it('are in no answer but those of env and account show, which have one password', async () => {
    const directory = join(temporaryDirectory(), 'c');
    const init = await mqha(['init', directory, ...(await portOptions()), '--verbose', '--json']);
    const secrets = secretsOf(directory);
    expectNone(secrets, init, 'init');
    edit(directory, 'quorum_mem ', 'quorum_disk ');
    const env = { JAVA_HOME: fakeJava('17.0.1') };
    const commands =
      'up --dry-run|up --dry-run --json|render --check|render|render --json|status|status --json|check|logs|events|history|stop mq01|kill mq01 --json|down|up|start mq09|account list|account list --json|account show nobody';
    for (const command of commands.split('|')) {
      const words = [...command.split(' '), '--verbose'];
      expectNone(secrets, await mqha(['-C', directory, ...words], { env }), command);
    }
    const settings = await mqha(['-C', directory, 'env', '--json']);
    expect(JSON.parse(settings.stdout)).toMatchObject({ password: secrets[0] });
    expectNone(secrets.slice(1), settings, 'env');
    const shown = await mqha(['-C', directory, 'account', 'show', 'console', '--json']);
    expect(JSON.parse(shown.stdout)).toEqual({ name: 'console', password: secrets[1] });
    expectNone([secrets[0] ?? '', ...secrets.slice(2)], shown, 'account show');
    expectNone(secrets, await mqha(['-C', directory, 'account', 'rotate']), 'account rotate');
    expectNone(secretsOf(directory), await mqha(['-C', directory, 'account', 'rotate']), 'again');
    expectNone(secrets, await mqha(['-C', directory, 'destroy', '--yes']), 'destroy');
  });

  it('are in no command line and in no environment of a process', async () => {
    const directory = await made();
    const env = { JAVA_HOME: fakeJava('17.0.1') };
    const { stdout } = await mqha(['-C', directory, 'up', '--dry-run', '--json'], { env });
    const { start } = JSON.parse(stdout) as DryRun;
    expect(start).toHaveLength(4);
    for (const secret of secretsOf(directory)) expect(JSON.stringify(start)).not.toContain(secret);
  });

  it('are in no difference that render --check shows, however a file was edited', async () => {
    const directory = await made();
    const secrets = secretsOf(directory);
    const file = (name: string) => join(directory, 'nodes/mq01/conf', name);
    const properties = readFileSync(file('credentials.properties'), 'utf8');
    const users = readFileSync(file('users.properties'), 'utf8');
    const edits: [string, string][] = [
      ['credentials.properties', properties.replaceAll('=', ' ')],
      ['credentials.properties', properties.replaceAll('=', '=\\\n  ')],
      ['credentials.properties', properties.replaceAll(/^.*=/gm, '')],
      ['credentials.properties', properties.replaceAll(/^(?=\w)/gm, '# was ')],
      ['credentials.properties', properties.replaceAll('=', ' = hunter2')],
      ['users.properties', users.replace('=', ': \\\n hunter2:')],
      ['users.properties', 'hunter2\n'],
    ];
    for (const [name, text] of edits) {
      writeFileSync(file(name), text);
      const run = await mqha(['-C', directory, 'render', '--check']);
      expect(run.status).toBe(1);
      expect(run.stdout).toContain(`values of nodes/mq01/conf/${name} are secret and not shown`);
      expectNone(secrets, run, text);
      expect(run.stdout, text).not.toContain('hunter2');
    }
    rmSync(file('credentials.properties'));
    expectNone(secrets, await mqha(['-C', directory, 'render', '--check']), 'missing');
  });

  it('are in no error about the file that holds them', async () => {
    const directory = await made();
    const secrets = secretsOf(directory);
    const file = join(directory, '.mqha', 'credentials.json');
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('"', ''));
    for (const command of ['env', 'status', 'render']) {
      const run = await mqha(['-C', directory, command, '--json']);
      expect(run.status, command).toBe(1);
      expect(errorOf(run), command).toMatchObject({ code: 'state-damaged' });
      expectNone(secrets, run, command);
      expectNone(secrets, await mqha(['-C', directory, command, '--verbose']), command);
    }
  });
});
