import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { neededEnvironment, ownEnvironment } from '../../src/agents/local/environment.js';
import { launch } from '../../src/agents/local/launch.js';
import { temporaryDirectory } from '../support/temp.js';

afterEach(() => vi.unstubAllEnvs());

describe('the environment of a process that is started', () => {
  const tokens = { CI_JOB_TOKEN: 'secret-1', AWS_SECRET_ACCESS_KEY: 'secret-2', MQHA_X: 'x' };

  it('has what Java needs, and nothing else', () => {
    const needed = { PATH: '/bin', HOME: '/h', LC_ALL: 'de_DE.utf8', JAVA_HOME: '/j', TZ: 'UTC' };
    expect(neededEnvironment({ ...needed, ...tokens })).toEqual(needed);
  });

  it.each([
    [{}, { LC_CTYPE: 'C.UTF-8' }],
    [{ LANG: 'C' }, { LANG: 'C', LC_CTYPE: 'C.UTF-8' }],
    [{ LANG: 'en_US.UTF-8' }, { LANG: 'en_US.UTF-8' }],
    [
      { LANG: 'en_US.UTF-8', LC_CTYPE: 'POSIX' },
      { LANG: 'en_US.UTF-8', LC_CTYPE: 'C.UTF-8' },
    ],
    [
      { LANG: 'en_US.UTF-8', LC_ALL: 'C' },
      { LANG: 'en_US.UTF-8', LC_ALL: 'C.UTF-8' },
    ],
    [
      { LC_ALL: '', LANG: 'de_DE.utf8' },
      { LC_ALL: '', LANG: 'de_DE.utf8' },
    ],
  ])('says UTF-8 where %j does not', (given, expected) => {
    expect(neededEnvironment(given)).toEqual(expected);
  });

  it('has the settings of mqha where it is mqha', () => {
    const own = { MQHA_CACHE: '/c', https_proxy: 'p', MAVEN_OPTS: '-X' };
    expect(ownEnvironment({ ...own, CI_JOB_TOKEN: 'secret', PATH: '/bin' })).toEqual(own);
  });

  it('is that short list where it is launched', async () => {
    for (const [name, value] of Object.entries(tokens)) vi.stubEnv(name, value);
    const directory = temporaryDirectory();
    const { exited } = await launch({
      name: 'a test',
      command: process.execPath,
      argv: ['-e', 'process.stdout.write(JSON.stringify(process.env))'],
      env: { CLASSPATH: 'a:b' },
      cwd: directory,
      logDirectory: directory,
    });
    await exited;
    const text = readFileSync(join(directory, 'stdout.log'), 'utf8');
    expect(JSON.parse(text)).toMatchObject({ PATH: process.env.PATH, CLASSPATH: 'a:b' });
    expect(text).not.toMatch(/secret|MQHA_X/);
  });
});
