import { execFileSync } from 'node:child_process';
import { cpSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { examineFiles } from '../../../src/doctor/examine-files.js';
import type { Check, Examination } from '../../../src/doctor/finding.js';
import { packageRoot } from '../../../src/lib/package.js';
import { temporaryDirectory } from '../../support/temp.js';
import { made, mqha } from '../rig.js';
import { fixture } from './files.js';

const examined = (conf: readonly string[], client: readonly string[] = []) =>
  examineFiles({ conf, client }, fixture());

const failing = ({ checks }: Examination) =>
  checks
    .filter(({ result }) => result === 'fail')
    .map(({ code, file, line }) => `${code} ${file}:${line}`);

const of = ({ checks }: Examination, code: Check['code']) =>
  checks.filter((check) => check.code === code);

describe('the article', () => {
  it('is no XML, and has the faults that its text cannot tell of', async () => {
    const found = await examined(['article.xml'], ['article-application.yml']);
    expect(failing(found)).toEqual([
      'xml-malformed article.xml:8',
      'xml-malformed article.xml:9',
      'xml-malformed article.xml:10',
      'xml-malformed article.xml:11',
      'xml-malformed article.xml:12',
      'bind article.xml:9',
      'security-token article.xml:6',
      'no-authentication article.xml:4',
      'failover-twice article-application.yml:7',
    ]);
    expect(of(found, 'failover-delay')).toMatchObject([{ result: 'warn', line: 7, column: 17 }]);
    expect(of(found, 'zookeeper-address')).toMatchObject([{ result: 'warn', line: 10 }]);
  });
});

describe('the usual set-up in a distribution', () => {
  it('is looked at with what stands beside it', async () => {
    // The jar counts by its name alone, and no version control keeps an empty directory.
    const directory = temporaryDirectory();
    cpSync(fixture('stock'), directory, { recursive: true });
    const found = await examineFiles({ conf: ['conf/activemq.xml'], client: [] }, directory);
    expect(failing(found)).toEqual([
      'bind conf/activemq.xml:15',
      'security-token conf/activemq.xml:15',
      'no-authentication conf/activemq.xml:3',
      'default-account conf/jetty-realm.properties:2',
      'usage-disk conf/activemq.xml:22',
      'version conf/activemq.xml:15',
    ]);
    expect(of(found, 'console-open')).toMatchObject([{ file: 'conf/jetty.xml', line: 12 }]);
  });
});

describe('what mqha renders itself', () => {
  it('fails in nothing', async () => {
    const directory = await made();
    const conf = ['mq01', 'mq02', 'mq03'].map((name) => `nodes/${name}/conf/activemq.xml`);
    const found = await examineFiles({ conf, client: [] }, directory);
    expect(failing(found)).toEqual([]);
    expect(of(found, 'security-token')).toMatchObject([{ result: 'pass' }]);
  });
});

describe('what is no file to read', () => {
  it('is said, and never waited for', async () => {
    const directory = temporaryDirectory();
    const at = (name: string) => join(directory, name);
    execFileSync('mkfifo', [at('fifo')]);
    writeFileSync(at('huge'), '');
    truncateSync(at('huge'), 3 * 1024 ** 3);
    symlinkSync('circle', at('circle'));
    const names = ['fifo', 'huge', 'circle', '.', '/dev/zero', 'absent'].map((name) =>
      name.startsWith('/') ? name : at(name),
    );
    const found = await examined(names, [at('fifo')]);
    expect(found.summary).toEqual({ pass: 0, warn: 0, fail: 7, unknown: 0 });
    expect(new Set(found.checks.map(({ code }) => code))).toEqual(new Set(['file-unreadable']));
  });

  it('keeps the others from nothing', async () => {
    const found = await examined(['absent.xml', 'kahadb.xml']);
    expect(failing(found)).toContain('file-unreadable absent.xml:1');
    expect(failing(found)).toContain('store-missing kahadb.xml:4');
  });
});

describe('mqha doctor --conf', () => {
  const cwd = fixture();
  const doctor = (args: readonly string[], json = false) =>
    mqha([...(json ? ['--json'] : []), 'doctor', ...args], { cwd });

  it('exits 1 where something fails, and 0 where there are warnings', async () => {
    const three = ['mq01', 'mq02', 'mq03'].map((name) => `sound/${name}/activemq.xml`);
    expect(await doctor(['--conf', ...three])).toMatchObject({ status: 0 });
    expect(await doctor(['--conf', 'article.xml'])).toMatchObject({ status: 1, stderr: '' });
    expect(await doctor(['--conf'])).toMatchObject({ status: 2 });
  });

  it('answers with the document of docs/doctor.md', async () => {
    const { stdout } = await doctor(['--conf', 'kahadb.xml'], true);
    const document = JSON.parse(stdout) as Examination;
    expect(document).toMatchObject({ schema: 1, cluster: null, files: ['kahadb.xml'] });
    const [missing] = of(document, 'store-missing');
    expect(missing).toEqual({
      code: 'store-missing',
      result: 'fail',
      file: 'kahadb.xml',
      line: 4,
      column: 7,
      node: null,
      message: 'the store is <kahaDB>, and no <replicatedLevelDB>',
      hint: expect.stringContaining('persistenceAdapter') as string,
    });
    expect(of(document, 'bind')).toMatchObject([{ result: 'pass', line: null, hint: null }]);
  });

  it('fits 80 columns, and says what is the same of several files once', async () => {
    const { stdout } = await doctor(['--conf', 'differing-1.xml', 'differing-2.xml']);
    const wide = stdout.split('\n').filter((line) => line.length > 80);
    expect(wide.filter((line) => line.trim().includes(' '))).toEqual([]);
    expect(stdout).toContain('differing-1.xml:2, differing-2.xml:2: no plug-in asks who connects');
  });

  it('prints nothing of a file that moves a terminal', async () => {
    for (const json of [false, true]) {
      const { stdout, status } = await doctor(
        ['--conf', 'control-characters.xml', 'differing-1.xml'],
        json,
      );
      expect(status).toBe(1);
      expect(stdout).not.toMatch(/(?![\n])[\p{Cc}\p{Bidi_Control}]/u);
    }
  });

  it('needs no cluster, and looks at none', async () => {
    const run = await mqha(
      ['-C', '/nowhere', 'doctor', '--conf', join(packageRoot(), 'README.md')],
      { cwd },
    );
    expect(run.stdout).toContain('xml-malformed');
    expect(run.status).toBe(1);
  });
});

describe('a file without a broker', () => {
  const written = (text: string) => {
    const file = join(temporaryDirectory(), 'activemq.xml');
    writeFileSync(file, text);
    return file;
  };

  it.each([
    ['nothing', ''],
    ['no XML', 'hello there\n'],
    ['something else', '<web-app/>'],
  ])('is told so, once, and passes nothing that was not looked for: %s', async (_, text) => {
    const { checks } = await examined([written(text)]);
    expect(of({ checks } as Examination, 'store-missing')).toMatchObject([{ result: 'fail' }]);
    const codes = checks.map(({ code }) => code);
    expect(new Set(codes)).toEqual(new Set(['file-unreadable', 'xml-malformed', 'store-missing']));
    expect(codes.length).toBeLessThan(5);
  });

  it('that is named twice is refused: its node would be two', async () => {
    const file = written('<beans/>');
    await expect(examined([file, file])).rejects.toThrow('is named twice');
  });
});
