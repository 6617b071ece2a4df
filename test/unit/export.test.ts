import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemdUnit, type UnitOptions } from '../../src/operations/systemd.js';
import { packageRoot } from '../../src/lib/package.js';
import { temporaryDirectory } from '../support/temp.js';
import { errorOf, made, mqha } from './rig.js';

const plain: UnitOptions = {
  cluster: 'shop',
  directory: '/srv/shop',
  user: 'activemq',
  node: '/usr/bin/node',
  packageRoot: '/usr/lib/node_modules/mqha',
  env: { PATH: '/usr/bin:/bin', HOME: '/root', MQHA_PASSWORD: 'secret' },
};

/** What systemd reads differently, but takes in the path of a program as well. */
const DOLLARS = 'a b%h $HOME ${X} $$';
const ODD = `${DOLLARS} "c" 'd' \\n \\`;

const valuesOf = (unit: string, key: string) =>
  unit
    .split('\n')
    .filter((line) => line.startsWith(`${key}=`))
    .map((line) => line.slice(key.length + 1));

describe('the systemd unit', () => {
  it('runs the supervisor of this cluster with this node', () => {
    const unit = systemdUnit(plain);
    const program = '"/usr/bin/node" "/usr/lib/node_modules/mqha/bin/mqha.js" -C "/srv/shop"';
    expect(valuesOf(unit, 'ExecStart')).toEqual([`${program} supervise --up`]);
    expect(valuesOf(unit, 'ExecStop')).toEqual([expect.stringContaining(`${program} down`)]);
    expect(valuesOf(unit, 'User')).toEqual(['activemq']);
    expect(valuesOf(unit, 'WorkingDirectory')).toEqual(['/srv/shop']);
    expect(valuesOf(unit, 'Description')).toEqual(['ActiveMQ cluster shop (mqha)']);
    expect(unit).not.toContain('{{');
  });

  it('never takes the brokers down with the supervisor, and lets them take their time', () => {
    const unit = systemdUnit(plain);
    for (const line of ['KillMode=process', 'Restart=on-failure', 'OOMPolicy=continue']) {
      expect(unit.split('\n')).toContain(line);
    }
    expect(Number(valuesOf(unit, 'TimeoutStopSec')[0])).toBeGreaterThan(120);
    expect(unit).toContain('test -z "$$MAINPID" ||');
  });

  it('has the environment that finds node, java and the cache, and nothing else of it', () => {
    expect(valuesOf(systemdUnit(plain), 'Environment')).toEqual(['"PATH=/usr/bin:/bin"']);
    const env = { ...plain.env, JAVA_HOME: '/opt/jdk 17', MQHA_CACHE: '' };
    const unit = systemdUnit({ ...plain, env });
    expect(valuesOf(unit, 'Environment')).toEqual([
      '"PATH=/usr/bin:/bin"',
      '"JAVA_HOME=/opt/jdk 17"',
    ]);
    expect(unit).not.toContain('secret');
  });

  it('escapes as each setting wants it', () => {
    const directory = `/srv/${ODD}`;
    const node = `/opt/${DOLLARS}/node`;
    const unit = systemdUnit({ ...plain, directory, node, env: { PATH: directory } });
    const inQuotes = `/srv/a b%%h $HOME \${X} $$ \\"c\\" 'd' \\\\n \\\\`;
    const argument = '/srv/a b%%h $$HOME $${X} $$$$ \\"c\\" \'d\' \\\\n \\\\';
    expect(valuesOf(unit, 'Environment')).toEqual([`"PATH=${inQuotes}"`]);
    // The program itself is no argument: a dollar means nothing there.
    expect(valuesOf(unit, 'ExecStart')[0]).toMatch(
      /^"\/opt\/a b%%h \$HOME \$\{X\} \$\$\/node" "\/usr/,
    );
    expect(valuesOf(unit, 'ExecStart')[0]).toContain(`-C "${argument}" supervise`);
    expect(valuesOf(unit, 'ExecStop')[0]).toContain(`"/opt/a b%%h $$HOME $\${X} $$$$/node" "/usr`);
    expect(valuesOf(unit, 'ExecStop')[0]).toContain(`-C "${argument}" down`);
    // The whole line: no quotes, no escapes, and no backslash at its end.
    expect(valuesOf(unit, 'WorkingDirectory')).toEqual([`/srv/${ODD.replace('%', '%%')}/`]);
  });

  it.each(['/srv/a\nExecStart=/bin/evil', '/srv/a\tb', '/srv/a\u007f', '/srv/a\u202eb'])(
    'does not take %j',
    (path) => {
      for (const change of [{ directory: path }, { node: path }, { env: { PATH: path } }]) {
        expect(() => systemdUnit({ ...plain, ...change })).toThrow('control character');
      }
    },
  );

  it('does not take a node at a path that systemd runs nothing from', () => {
    for (const path of [`/a"b/node`, `/a'b/node`, '/a\\b/node']) {
      expect(() => systemdUnit({ ...plain, node: path })).toThrow('a quote or a backslash');
    }
  });

  const analyze = spawnSync('systemd-analyze', ['--version']).status === 0;

  it.skipIf(!analyze).each(['shop', ODD])(
    'is found right by systemd-analyze for the directory %j (skipped where that is not installed)',
    (name) => {
      const directory = join(temporaryDirectory(), name);
      mkdirSync(directory);
      const bin = join(temporaryDirectory(), DOLLARS);
      mkdirSync(bin);
      const node = join(bin, 'node');
      symlinkSync(process.execPath, node);
      const user = userInfo().username;
      const options = { ...plain, directory, node, user, packageRoot: packageRoot() };
      const file = join(temporaryDirectory(), 'mqha-test.service');
      writeFileSync(file, systemdUnit({ ...options, env: process.env }));
      const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', file], {
        encoding: 'utf8',
      });
      const ours = `${stdout}${stderr}`.split('\n').filter((line) => line.includes('mqha-test'));
      expect({ status, ours }).toEqual({ status: 0, ours: [] });
    },
  );
});

describe('mqha export systemd', () => {
  it('prints the unit, for the owner of the cluster', async () => {
    const directory = await made();
    const { status, stdout, stderr } = await mqha(['-C', directory, 'export', 'systemd']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(valuesOf(stdout, 'User')).toEqual([userInfo().username]);
    expect(valuesOf(stdout, 'ExecStart')[0]).toContain(`"${process.execPath}"`);
    expect(stdout).toMatch(/\[Install\]\nWantedBy=multi-user\.target\n$/);
    const json = await mqha(['-C', directory, 'export', 'systemd', '--user', 'mq', '--json']);
    const document = JSON.parse(json.stdout) as { unit: string };
    expect(document).toMatchObject({ file: null, written: false });
    expect(valuesOf(document.unit, 'User')).toEqual(['mq']);
  });

  it('writes a file, and overwrites one that differs only with --yes', async () => {
    const directory = await made();
    const cwd = temporaryDirectory();
    const file = join(cwd, 'shop.service');
    const run = (...more: string[]) =>
      mqha(['-C', directory, 'export', 'systemd', '--output', 'shop.service', ...more], { cwd });
    const first = await run();
    expect(first.status).toBe(0);
    expect(first.stdout).toContain(`wrote ${file}`);
    expect(statSync(file).mode & 0o777).toBe(0o644);
    const unit = readFileSync(file, 'utf8');
    const again = await run('--json');
    expect(JSON.parse(again.stdout)).toEqual({ unit, file, written: false });
    writeFileSync(file, '# mine\n');
    const refused = await run('--json');
    expect(refused).toMatchObject({ status: 1, stdout: '' });
    expect(errorOf(refused).code).toBe('needs-consent');
    expect(readFileSync(file, 'utf8')).toBe('# mine\n');
    expect((await run('--yes')).status).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(unit);
  });

  it('refuses what is typed wrongly', async () => {
    const directory = await made();
    const user = ['export', 'systemd', '--user', 'a b', '--json'];
    const wrong = await mqha(['-C', directory, ...user]);
    expect(wrong.status).toBe(2);
    expect(errorOf(wrong).message).toContain('a b');
    const absent = join(directory, 'absent', 'x.service');
    const output = ['export', 'systemd', '--output', absent, '--json'];
    const nowhere = await mqha(['-C', directory, ...output]);
    expect(nowhere.status).toBe(1);
    expect(errorOf(nowhere)).toMatchObject({ code: 'no-directory' });
    expect((await mqha(['-C', directory, 'export', 'launchd'])).status).toBe(2);
  });
});
