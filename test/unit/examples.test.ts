import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { packageRoot } from '../../src/lib/package.js';
import { temporaryDirectory } from '../support/temp.js';

const CLIENTS = ['spring-boot', 'java', 'python', 'node'];
const examples = join(packageRoot(), 'examples');

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !/\/(target|node_modules|\.venv|__pycache__)\//.test(file));
}

/** Lines that give a password a value, or name an account that brokers come with. */
function passwordsIn(text: string): string[] {
  const given =
    /(passw(or)?d|passcode)\w*["'`]?\s*[\])]?\s*(:-\w|([:=,]|\?\?|\|\|)\s*(["'`]\w|\w+\s*$))/i;
  const known = /\b(admin|guest|changeit|manager)\b/;
  return text.split('\n').filter((line) => given.test(line) || known.test(line));
}

describe('the examples for clients', () => {
  it('name no password', () => {
    for (const bad of [
      'password: secret',
      '  password: "secret"',
      'os.environ.get("MQHA_PASSWORD", "secret")',
      "const { MQHA_PASSWORD = 'secret' } = process.env;",
      "process.env.MQHA_PASSWORD ?? 'secret'",
      '${MQHA_PASSWORD:-secret}',
      'factory.setUserName("admin");',
    ]) {
      expect(passwordsIn(bad), bad).toHaveLength(1);
    }
    const files = CLIENTS.flatMap((name) => filesBelow(join(examples, name)));
    expect(files.length).toBeGreaterThan(CLIENTS.length * 2);
    for (const file of files) expect(passwordsIn(readFileSync(file, 'utf8')), file).toEqual([]);
  });

  it.each([
    ['java', 'src/main/java/dev/mqha/example/Messages.java'],
    ['python', 'messages.py'],
    ['node', 'messages.js'],
  ])('take all brokers and the account from the environment in %s', (name, file) => {
    const text = readFileSync(join(examples, name, file), 'utf8');
    for (const variable of ['MQHA_FAILOVER_URL', 'MQHA_USERNAME', 'MQHA_PASSWORD']) {
      expect(text).toContain(variable);
    }
    expect(text).not.toMatch(/\b6000\d\b|\b61616\b/);
  });

  it('say what is missing where the environment is not set', () => {
    const { PATH = '' } = process.env;
    const program = join(examples, 'node', 'messages.js');
    const run = spawnSync(process.execPath, [program, 'send', 'q', '1'], {
      env: { PATH },
      encoding: 'utf8',
    });
    expect(run.status).toBe(2);
    expect(run.stderr).toContain('eval "$(mqha env --shell)"');
  });

  it('are packed without what builds leave', { timeout: 60_000 }, () => {
    const copy = join(temporaryDirectory(), 'package');
    cpSync(examples, join(copy, 'examples'), { recursive: true });
    cpSync(join(packageRoot(), 'package.json'), join(copy, 'package.json'));
    for (const left of [
      'spring-boot/target/messages.jar',
      'java/target/lib/a.jar',
      'node/node_modules/rhea/package.json',
      'node/package-lock.json',
      'python/.venv/bin/python',
      'python/__pycache__/messages.pyc',
    ]) {
      mkdirSync(dirname(join(copy, 'examples', left)), { recursive: true });
      writeFileSync(join(copy, 'examples', left), '{}');
    }
    const packed = spawnSync('npm', ['pack', '--dry-run', '--ignore-scripts', '--json'], {
      cwd: copy,
      encoding: 'utf8',
    });
    const [{ files }] = JSON.parse(packed.stdout) as [{ files: { path: string }[] }];
    const wanted = filesBelow(examples).map((file) => `examples${file.slice(examples.length)}`);
    expect(
      files.map(({ path }) => path).filter((path) => path.startsWith('examples/')),
    ).toHaveLength(wanted.filter((path) => basename(path) !== '.gitignore').length);
    expect(files.map(({ path }) => path)).toContain('examples/spring-boot/pom.xml');
  });
});

describe('application.yml of the Spring Boot example', () => {
  const file = join(examples, 'spring-boot', 'src', 'main', 'resources', 'application.yml');
  const { spring } = parse(readFileSync(file, 'utf8')) as {
    spring: {
      activemq: Record<string, unknown>;
      jms: { listener: { session: { transacted: boolean } } };
    };
  };

  it('names three message ports, each once, and leaves the account to the environment', () => {
    const url = String(spring.activemq['broker-url']);
    const [, list = ''] = /^failover:\((.*)\)$/.exec(url) ?? [];
    // The article's own configuration names its second port twice, and its third never.
    expect(new Set(list.split(','))).toEqual(
      new Set(['60001', '60002', '60003'].map((port) => `tcp://127.0.0.1:${port}`)),
    );
    expect(list.split(',')).toHaveLength(3);
    // Nothing below `spring.activemq` that the environment's SPRING_ACTIVEMQ_… would not replace.
    expect(Object.keys(spring.activemq)).toEqual(['broker-url']);
  });

  it('has messages taken off the queue only after the listener is done', () => {
    expect(spring.jms.listener.session.transacted).toBe(true);
  });
});
