import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClientSettings } from '../../src/clients/client-settings.js';
import type { Queues } from '../../src/messages/queues.js';
import type { SendResult } from '../../src/messages/send.js';
import { packageRoot } from '../../src/lib/package.js';
import { stompTake } from '../support/stomp.js';
import { eventually, TestCluster } from '../support/cluster.js';
import { healed } from '../support/watched.js';

interface Consumed {
  readonly queue: string;
  readonly messages: readonly { readonly id: string | null; readonly body: string }[];
  readonly count: number;
}

const PROGRAM = join(packageRoot(), 'bin', 'mqha.js');

describe('clients of a cluster', () => {
  let cluster: TestCluster;

  beforeAll(async () => {
    cluster = await TestCluster.make();
    await cluster.json('up');
  });

  afterAll(async () => {
    await cluster.remove();
  });

  const depthOf = async (queue: string) => {
    const { queues } = await cluster.json<Queues>('queues');
    return queues.find(({ name }) => name === queue)?.depth ?? 0;
  };

  const fill = (queue: string, count: number, size = 10) =>
    cluster.json<SendResult>('send', queue, '--count', `${count}`, '--size', `${size}`);

  const numbersIn = (lines: readonly string[]) => lines.map((line) => parseInt(line, 10));

  const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

  const ascending = (numbers: Iterable<number>) => [...numbers].sort((a, b) => a - b);

  const masterPid = async () => cluster.pidOf((await cluster.status()).master ?? '');

  it('sends every message through a failover, and takes every one', async () => {
    const master = await masterPid();
    const sending = cluster.start(['send', 'story', '--count', '2000', '--size', '200', '--json']);
    await eventually(
      () => depthOf('story'),
      (depth) => depth > 100,
    );
    process.kill(master, 'SIGKILL');
    const { exitCode, stdout, stderr } = await sending.ended;
    expect([exitCode, stderr.includes('error')]).toEqual([0, false]);
    const sent = JSON.parse(stdout) as SendResult;
    expect(sent.acknowledged).toBe(2000);
    expect(sent.brokers).toHaveLength(2);
    expect(await depthOf('story')).toBeGreaterThanOrEqual(2000);
    await healed(cluster);

    const { messages, count } = await cluster.json<Consumed>('consume', 'story');
    const numbers = numbersIn(messages.map(({ body }) => body));
    expect(ascending(new Set(numbers))).toEqual(upTo(2000));
    expect(count).toBe(messages.length);
    expect(count - 2000).toBeLessThanOrEqual(sent.sentAgain);
    // What was sent again can be told by its id.
    expect(new Set(messages.map(({ id }) => id)).size).toBe(2000);
    expect(await depthOf('story')).toBe(0);
  });

  it('shows a queue and leaves it as it was', async () => {
    await fill('shown', 300);
    const browsed = await cluster.run('consume', 'shown', '--browse');
    expect(numbersIn(browsed.stdout.split('\n'))).toEqual(upTo(300));
    expect(browsed.stderr).toContain('showed 300 messages from shown');
    const { queues, master } = await cluster.json<Queues>('queues');
    expect(queues.map(({ name }) => name)).toEqual(['shown', 'story']);
    expect(queues[0]).toEqual({ name: 'shown', depth: 300, consumers: 0, in: 300, out: 0 });
    expect(master).toBe((await cluster.status()).master);
    const taken = await cluster.run('consume', 'shown', '--count', '300');
    expect(numbersIn(taken.stdout.split('\n'))).toEqual(upTo(300));
    const text = (await cluster.run('queues')).stdout;
    expect(text).toMatch(/^QUEUE +DEPTH +CONSUMERS +IN +OUT\nshown +0 +0 +300 +300\n/);
  });

  it('sends the lines of stdin as they are, and takes no more than it was told', async () => {
    const lines = ['eins', 'zwei – drei', '', '{"vier": "4"}', ' five '];
    const { exitCode, stdout } = await cluster.start(
      ['send', 'lines', '--stdin'],
      `${lines.join('\n')}\n`,
    ).ended;
    expect(stdout).toMatch(/^sent 5 messages to lines \(acknowledged by mq\d\d\), in /);
    expect(exitCode).toBe(0);
    const first = await cluster.run('consume', 'lines', '--count', '2');
    expect(first.stdout.split('\n')).toEqual(lines.slice(0, 2));
    const rest = await cluster.json<Consumed>('consume', 'lines');
    expect(rest.messages.map(({ body }) => body)).toEqual(lines.slice(2));
  });

  it('sends with several clients at once, each message once, through a failover', async () => {
    const master = await masterPid();
    const words = ['send', 'several', '--count', '3000', '--size', '20', '--clients', '8'];
    const sending = cluster.start([...words, '--json']);
    await eventually(
      () => depthOf('several'),
      (depth) => depth > 100,
    );
    process.kill(master, 'SIGKILL');
    const { exitCode, stdout } = await sending.ended;
    expect(exitCode).toBe(0);
    expect((JSON.parse(stdout) as SendResult).acknowledged).toBe(3000);
    await healed(cluster);
    const { messages } = await cluster.json<Consumed>('consume', 'several');
    expect(ascending(new Set(numbersIn(messages.map(({ body }) => body))))).toEqual(upTo(3000));
    expect(new Set(messages.map(({ id }) => id)).size).toBe(3000);
  });

  it('gives messages what it was told, and selectors find them by it', async () => {
    const settings = ['--property', 'region=eu', '--property', 'size=large', '--priority', '7'];
    const more = ['--ttl', '1h', '--correlation-id', 'c-1', '--message-group', 'g'];
    await cluster.json('send', ...settings, 'labelled', 'body', ...more);
    const { nodes, master } = await cluster.status();
    const port = nodes.find(({ name }) => name === master)?.messagePort ?? 0;
    const client = await cluster.json<ClientSettings>('env');
    const selector = "region = 'eu' AND size = 'large' AND JMSXGroupID = 'g'";
    const headers = await stompTake(client, port, 'labelled', selector);
    expect(headers).toMatchObject({
      ...{ priority: '7', 'correlation-id': 'c-1', persistent: 'true' },
    });
    const lives = Number(headers.expires) - Date.now();
    expect(lives).toBeGreaterThan(3_000_000);
    expect(lives).toBeLessThanOrEqual(3_600_000);
  });

  it('prints what comes until it is interrupted, with -f', async () => {
    await fill('lasting', 2);
    const following = cluster.start(['consume', 'lasting', '-f', '--json']);
    const lines = () => following.printed().split('\n').filter(Boolean);
    const until = (count: number) =>
      eventually(
        () => Promise.resolve(lines().length),
        (length) => length === count,
      );
    await until(2);
    // Longer than the patience of one that does not follow.
    await new Promise((resolve) => setTimeout(resolve, 2000));
    await fill('lasting', 1);
    await until(3);
    following.child.kill('SIGINT');
    expect((await following.ended).exitCode).toBe(0);
    const bodies = lines().map((line) => (JSON.parse(line) as { body: string }).body);
    expect(numbersIn(bodies)).toEqual([1, 2, 1]);
    expect(await depthOf('lasting')).toBe(0);
  });

  it('purges a queue where that is wanted, and says what is not there', async () => {
    await fill('purged', 250);
    const asked = await cluster.run('purge', 'purged');
    expect([asked.exitCode, asked.stderr]).toEqual([
      1,
      expect.stringContaining('Drop 250 messages of the queue purged'),
    ]);
    expect(await depthOf('purged')).toBe(250);
    const { exitCode, stdout } = await cluster.run('purge', 'purged', '--yes');
    expect([exitCode, stdout]).toEqual([0, 'purged 250 messages from purged, which is empty']);
    expect(await depthOf('purged')).toBe(0);
    const absent = await cluster.run('purge', 'nowhere', '--yes');
    expect(absent.stderr).toContain('error: there is no queue nowhere');
    expect((await cluster.run('open', '--print')).stderr).toContain('`console: false`');
  });

  it('says how many were acknowledged when it is interrupted', async () => {
    const sending = cluster.start(['send', 'begun', '--size', '9', '--count', '100000']);
    await eventually(
      () => depthOf('begun'),
      (depth) => depth > 50,
    );
    sending.child.kill('SIGINT');
    const { exitCode, stdout, stderr } = await sending.ended;
    expect(exitCode).toBe(130);
    const [, acknowledged = ''] = /^sent (\d+) messages to begun/.exec(stdout) ?? [];
    expect(stderr).toContain(`error: interrupted; ${acknowledged} messages were acknowledged`);
    expect((await depthOf('begun')) - Number(acknowledged)).toBeOneOf([0, 1]);
  });

  it('has taken what it printed, and nothing else, when it is interrupted', async () => {
    await fill('interrupted', 1500);
    const consuming = cluster.start(['consume', 'interrupted', '--timeout', '60s']);
    await eventually(
      () => Promise.resolve(consuming.printed().length),
      (length) => length > 0,
    );
    consuming.child.kill('SIGINT');
    const { exitCode, stdout, stderr } = await consuming.ended;
    expect(exitCode).toBe(130);
    const printed = numbersIn(stdout.split('\n'));
    expect(stderr).toContain(`interrupted; ${printed.length} messages were printed and taken`);
    const rest = await cluster.json<Consumed>('consume', 'interrupted');
    expect([...printed, ...numbersIn(rest.messages.map(({ body }) => body))]).toEqual(upTo(1500));
  });

  it('leaves what its reader did not live to see', async () => {
    await fill('cut', 5, 200_000);
    // The second message does not fit into what is read and what a pipe holds.
    const { stdout, exitCode } = await execa({
      shell: true,
      reject: false,
    })`${process.execPath} ${PROGRAM} -C ${cluster.directory} consume cut | head -c 300000 | cut -c 1`;
    expect([exitCode, stdout.split('\n')]).toEqual([0, ['1', '2']]);
    const rest = await cluster.json<Consumed>('consume', 'cut');
    expect(numbersIn(rest.messages.map(({ body }) => body))).toEqual([2, 3, 4, 5]);
  });

  it('goes on with the next master when one falls while it takes', async () => {
    await fill('followed', 3000);
    const master = await masterPid();
    const consuming = cluster.start(['consume', 'followed', '--timeout', '5s']);
    await eventually(
      () => Promise.resolve(consuming.printed().length),
      (length) => length > 0,
    );
    process.kill(master, 'SIGKILL');
    const { exitCode, stdout } = await consuming.ended;
    expect(exitCode).toBe(0);
    expect(ascending(new Set(numbersIn(stdout.split('\n'))))).toEqual(upTo(3000));
    expect(await depthOf('followed')).toBe(0);
    await healed(cluster);
  });

  it('does not take a suspended master’s silence for an empty queue', async () => {
    await fill('silent', 3);
    process.kill(await masterPid(), 'SIGSTOP');
    const { stdout, stderr } = await cluster.run('consume', 'silent');
    expect(numbersIn(stdout.split('\n'))).toEqual([1, 2, 3]);
    expect(stderr).toContain('no master serves; waiting');
    await healed(cluster);
  });

  it('says how far it came when nobody acknowledges any more', async () => {
    const sending = cluster.start([
      'send',
      'given-up',
      '--count',
      '100000',
      '--size',
      '10',
      '--timeout',
      '2s',
    ]);
    await eventually(
      () => depthOf('given-up'),
      (depth) => depth > 100,
    );
    expect((await cluster.run('down')).exitCode).toBe(0);
    const { exitCode, stdout, stderr } = await sending.ended;
    expect(exitCode).toBe(1);
    const [, acknowledged = ''] = /^sent (\d+) messages to given-up/.exec(stdout) ?? [];
    expect(stderr).toContain(`error: ${acknowledged} messages were acknowledged`);
    expect(stderr).toMatch(/, then nothing for 2 s: the cluster is [a-z]/);
    expect((await cluster.run('queues')).stderr).toMatch(
      /^error: no master .*: the cluster is stopped\nhint: /,
    );
    expect((await cluster.run('up')).exitCode).toBe(0);
    const { count } = await cluster.json<Consumed>('consume', 'given-up');
    expect(count).toBeGreaterThanOrEqual(Number(acknowledged));
  });
});
