import { readFileSync, writeFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseDestination } from '../../src/config/users.js';
import { temporaryDirectory } from '../support/temp.js';
import { edit, errorOf, made, mqha, portOptions } from './rig.js';

describe('a destination of a right', () => {
  it.each([
    ['orders', { kind: 'queue', name: 'orders' }],
    ['queue://orders.>', { kind: 'queue', name: 'orders.>' }],
    ['topic://prices.*.eu', { kind: 'topic', name: 'prices.*.eu' }],
    ['>', { kind: 'queue', name: '>' }],
  ])('is %s', (text, expected) => {
    expect(parseDestination(text)).toEqual(expected);
  });

  it.each([
    '',
    'a,b',
    'a b',
    'a.>.b',
    'a*',
    'a?x=1',
    'temp-queue://a',
    'topic://',
    'a..b',
    '"',
    'a\u202eb',
  ])('is not %j', (text) => {
    expect(parseDestination(text)).toBeUndefined();
  });
});

const withUsers = (directory: string, users: string) => {
  edit(directory, 'nodes:', `users:\n${users}\nnodes:`);
};

describe('users of mqha.yaml', () => {
  it('are refused with a name that is taken, and destinations that are none', async () => {
    const directory = await made();
    withUsers(directory, "  - { name: app }\n  - { name: a, read: ['b c'] }");
    const run = await mqha(['-C', directory, 'render', '--json']);
    expect(run.status).toBe(2);
    const { code, message } = errorOf(run);
    expect(code).toBe('config-invalid');
    expect(message).toContain('users[0].name: "app" is an account that every cluster has');
    expect(message).toContain('users[1].read[0]: "b c" is not a queue or a topic');
  });

  it('are refused without their password file, or with one that holds no password', async () => {
    const directory = await made();
    withUsers(directory, '  - { name: ada, passwordFile: ada.password }');
    const before = readFileSync(join(directory, '.mqha', 'rendered.json'), 'utf8');
    for (const [text, why] of [
      [undefined, 'is not there'],
      ['\n', 'is empty'],
      ['one\ntwo\n', 'more than one line'],
      ['pässword\n', 'other characters'],
    ] as const) {
      if (text !== undefined) writeFileSync(join(directory, 'ada.password'), text);
      const run = await mqha(['-C', directory, 'render', '--json']);
      expect(errorOf(run)).toMatchObject({ code: 'password-file' });
      expect(errorOf(run).message).toContain(why);
    }
    expect(readFileSync(join(directory, '.mqha', 'rendered.json'), 'utf8')).toBe(before);
  });

  it('are rotated on a stopped cluster, but for those whose password is a file', async () => {
    const directory = await made();
    writeFileSync(join(directory, 'ada.password'), 'hers\n');
    withUsers(directory, '  - { name: ada, passwordFile: ada.password }');
    const rotate = (...names: string[]) =>
      mqha(['-C', directory, 'account', 'rotate', ...names, '--json']);
    const run = await rotate();
    expect(JSON.parse(run.stdout)).toEqual({
      rotated: ['mqha', 'app', 'console'],
      resumed: [],
      master: null,
    });
    const shown = await mqha(['-C', directory, 'account', 'show', 'app', '--json']);
    const { password } = JSON.parse(shown.stdout) as { password: string };
    const conf = (name: string) => readFileSync(join(directory, 'nodes/mq01/conf', name), 'utf8');
    expect(conf('users.properties')).toContain(`app=${password}\nada=hers`);
    expect(conf('users-before.properties')).not.toContain('=');
    expect(errorOf(await rotate('ada'))).toMatchObject({ code: 'usage' });
    expect(errorOf(await rotate('nobody'))).toMatchObject({ code: 'unknown-account' });
    edit(directory, 'authentication: generated', 'authentication: none');
    expect(errorOf(await rotate())).toMatchObject({ code: 'no-accounts' });
  });
});

describe('a cluster off loopback', () => {
  it('is refused, with accounts and without, unless that is wanted', async () => {
    const directory = join(temporaryDirectory(), 'c');
    const init = async (...more: string[]) =>
      mqha(['init', directory, '--host', '192.0.2.2', ...(await portOptions()), ...more, '--json']);
    expect(errorOf(await init())).toMatchObject({ code: 'insecure-network' });
    const { hint, message } = errorOf(await init('--no-auth'));
    expect(message).toContain('authentication is none');
    expect(hint).toContain('--insecure-network');
    expect(existsSync(directory)).toBe(false);
    const run = await init('--insecure-network');
    expect(run.status, run.stderr).toBe(0);
    expect(readFileSync(join(directory, 'mqha.yaml'), 'utf8')).toContain('insecureNetwork: true');
  });

  it('is refused as well where mqha.yaml was edited to be one, and warned of where it was one before', async () => {
    const directory = await made();
    const text = readFileSync(join(directory, 'mqha.yaml'), 'utf8');
    const exposed = text.replaceAll('host: 127.0.0.1', 'host: 192.0.2.2');
    writeFileSync(join(directory, 'mqha.yaml'), exposed);
    const render = () => mqha(['-C', directory, 'render', '--json']);
    expect(errorOf(await render())).toMatchObject({ code: 'insecure-network' });
    writeFileSync(join(directory, 'mqha.yaml'), `insecureNetwork: true\n${exposed}`);
    expect((await render()).status).toBe(0);
    // As one of before, which had no such key.
    writeFileSync(join(directory, 'mqha.yaml'), exposed);
    const again = await render();
    expect(again.status, again.stderr).toBe(0);
    expect(again.stderr).toContain('in clear text');
    edit(directory, 'authentication: generated', 'authentication: none');
    expect(errorOf(await render())).toMatchObject({ code: 'insecure-network' });
  });
});
