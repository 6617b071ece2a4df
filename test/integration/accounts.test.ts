import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tryOpen } from '../../src/clients/amqp/try-open.js';
import { QueueSender } from '../../src/clients/amqp/sender.js';
import type { ClientSettings } from '../../src/clients/client-settings.js';
import { Deadline } from '../../src/lib/time.js';
import type { ClusterStatus } from '../../src/observe/status.js';
import type { AccountList, AccountShown } from '../../src/operations/accounts/accounts.js';
import type { RotateResult } from '../../src/operations/accounts/rotate.js';
import type { RestartResult } from '../../src/operations/restart.js';
import type { Credentials } from '../../src/stores/rendered-file.js';
import { eventually, TestCluster } from '../support/cluster.js';
import { basic, openPage } from '../support/console.js';
import { jmsClient } from '../support/jms.js';
import { clientOf, receive, send } from '../support/messages.js';

const USERS = `users:
  - name: orders
    read: [orders.>]
    write: [orders.>]
    create: [orders.>]
  - name: ada
    passwordFile: ada.password
    console: true
    read: [ada.>]
    write: [ada.>]
    admin: [ada.>]
nodes:`;

let cluster: TestCluster;
let settings: ClientSettings;

const settingsOf = (account: string) => cluster.json<ClientSettings>('env', '--account', account);
const shown = (account: string) => cluster.json<AccountShown>('account', 'show', account);
const rotate = (...args: string[]) => cluster.json<RotateResult>('account', 'rotate', ...args);

/** What a JMS client says. */
async function says(account: string, ...args: string[]): Promise<string> {
  return (await jmsClient(await settingsOf(account), ...args)).said;
}

async function masterOf() {
  const status = await cluster.status();
  const node = status.nodes.find(({ name }) => name === status.master);
  if (!node) throw new Error('there is no master');
  return { node, status, web: `http://${node.host}:${node.webPort}/` };
}

/** Whether the master lets an account in at its message port, and what its web port answers. */
async function letIn(username: string, password: string) {
  const { node, web } = await masterOf();
  const endpoint = { host: node.host, port: node.messagePort };
  const { open } = await tryOpen(endpoint, { username, password }, Deadline.in(5000));
  const page = await fetch(`${web}api/jolokia/`, { headers: basic(username, password) });
  return { messages: open, web: page.status === 200 };
}

const pidsOf = ({ nodes }: ClusterStatus) => nodes.map(({ pid }) => pid);

beforeAll(async () => {
  cluster = await TestCluster.make(['--nodes', '3', '--console']);
  await cluster.edit((text) => text.replace('nodes:', USERS));
  await writeFile(join(cluster.directory, 'ada.password'), "ada's = \\ pass:word #!\n");
  await cluster.json('up');
  settings = await cluster.json<ClientSettings>('env');
});

afterAll(async () => {
  await cluster.remove();
});

describe('accounts', () => {
  it('are let in where they belong, and nowhere else', async () => {
    const { web } = await masterOf();
    await openPage(`${web}admin/queues.jsp`, basic('console', (await shown('console')).password));
    const ports: Record<string, object> = {};
    for (const name of ['mqha', 'app', 'console', 'orders', 'ada']) {
      ports[name] = await letIn(name, (await shown(name)).password);
    }
    expect(ports).toEqual({
      mqha: { messages: true, web: true },
      app: { messages: true, web: false },
      console: { messages: false, web: true },
      orders: { messages: true, web: false },
      ada: { messages: true, web: true },
    });
    const { accounts } = await cluster.json<AccountList>('account', 'list');
    expect(
      accounts.map(({ name, messages, web: opens }) => [name, { messages, web: opens }]),
    ).toEqual(Object.entries(ports));
    expect(await letIn('app', '')).toEqual({ messages: false, web: false });
    expect(await letIn('nobody', 'x')).toEqual({ messages: false, web: false });
  });

  it('of applications use every queue and topic, and temporary ones, and remove none', async () => {
    expect(settings.username).toBe('app');
    await send(settings, 'billing', ['one', 'two']);
    expect(await receive(settings, 'billing', 1)).toEqual(['one']);
    expect(await says('app', 'request', 'service', '3')).toBe('answered 3');
    expect(await says('app', 'publish', 'topic', '2', '10')).toBe('sent 2');
    expect(await says('app', 'remove', 'billing')).toMatch(/^refused: .*not authorized to remove/);
    expect(await receive(settings, 'billing', 1)).toEqual(['two']);
    expect(await says('mqha', 'remove', 'service')).toBe('removed service');
  });

  it('of users use what their roles name alone', async () => {
    const orders = await settingsOf('orders');
    await send(orders, 'orders.new', ['order']);
    expect(await receive(orders, 'orders.new', 1)).toEqual(['order']);
    expect(await says('orders', 'request', 'orders.service', '2')).toBe('answered 2');
    expect(await says('orders', 'send', 'billing', '1', '10')).toMatch(
      /^refused: .*not authorized to write to: queue:\/\/billing/,
    );
    expect(await says('orders', 'receive', 'billing', '1')).toMatch(
      /^refused: .*not authorized to read from: queue:\/\/billing/,
    );
    await expect(send(orders, 'billing', ['x'], 3000)).rejects.toThrow();
    expect(await says('orders', 'remove', 'orders.new')).toMatch(/^refused: /);
    expect(await says('ada', 'send', 'ada.own', '1', '10')).toBe('sent 1');
    expect(await says('ada', 'remove', 'ada.own')).toBe('removed ada.own');
  });

  it('reach nothing else behind temporary queues, and take no answers of others', async () => {
    expect(await says('orders', 'behind', 'billing')).toMatch(
      /^refused: .*not authorized to write/,
    );
    expect(await says('orders', 'steal')).toMatch(/^refused: .*it is of another connection/);
    const { queues } = await cluster.json<{ queues: { name: string; depth: number }[] }>('queues');
    expect(queues.find(({ name }) => name === 'billing')?.depth).toBe(0);
  });

  it('are used by the pages of the console, which send', async () => {
    const { web } = await masterOf();
    const headers = basic('console', (await shown('console')).password);
    const page = await fetch(`${web}admin/send.jsp`, { headers });
    const cookie = (page.headers.getSetCookie()[0] ?? '').split(';')[0] ?? '';
    const [, secret = ''] = /name="secret" value="([0-9a-f-]+)"/.exec(await page.text()) ?? [];
    const form = {
      JMSDestination: 'by-page',
      JMSDestinationType: 'queue',
      JMSText: 'page',
      secret,
    };
    const sent = await fetch(`${web}admin/sendMessage.action`, {
      method: 'POST',
      headers: { ...headers, cookie },
      body: new URLSearchParams(form),
    });
    expect(sent.status).toBe(200);
    expect(await receive(settings, 'by-page', 1)).toEqual(['page']);
  });
});

describe('a rotation', () => {
  it('of all needs no restart, keeps connections, and neither mqha nor its supervisor notices', async () => {
    const before = await cluster.status();
    const old = new Map<string, string>();
    for (const name of ['mqha', 'app', 'console']) old.set(name, (await shown(name)).password);
    const sender = new QueueSender('rotated', clientOf(settings));
    const problems = new Set<string>();
    const end = new AbortController();
    const watch = (async () => {
      while (!end.signal.aborted) {
        for (const { code } of (await cluster.status()).problems) problems.add(code);
      }
    })();
    try {
      await sender.send('before');
      const link = sender.link?.openAt;
      const result = await rotate();
      expect(result.rotated).toEqual(['mqha', 'app', 'console', 'orders']);
      expect(result.master).toBe(before.master);
      await sender.send('after');
      expect(sender.link?.openAt).toBe(link);
    } finally {
      end.abort();
      await watch;
      await sender.close();
    }
    expect([...problems]).toEqual([]);
    for (const [name, password] of old) {
      expect(await letIn(name, password), name).toEqual({ messages: false, web: false });
      const { messages, web } = await letIn(name, (await shown(name)).password);
      expect(messages || web, name).toBe(true);
    }
    await expect(send(settings, 'rotated', ['x'], 3000)).rejects.toThrow('Failed to authenticate');
    settings = await cluster.json<ClientSettings>('env');
    expect(await receive(settings, 'rotated', 2)).toEqual(['before', 'after']);
    const after = await cluster.status();
    expect(pidsOf(after)).toEqual(pidsOf(before));
    expect(after.problems).toEqual([]);
  });

  it('that is killed is brought to its end by another one, with the password it had made', async () => {
    const old = await shown('app');
    const running = cluster.start(['account', 'rotate', 'app', '--grace', '10m']);
    const fresh = await eventually(
      () => shown('app'),
      ({ password }) => password !== old.password,
    );
    running.child.kill('SIGKILL');
    await running.ended;
    expect((await letIn('app', old.password)).messages).toBe(true);
    expect((await letIn('app', fresh.password)).messages).toBe(true);
    expect(await rotate('app')).toMatchObject({ rotated: [], resumed: ['app'] });
    expect((await letIn('app', old.password)).messages).toBe(false);
    expect((await letIn('app', fresh.password)).messages).toBe(true);
    expect(await shown('app')).toEqual(fresh);
    settings = await cluster.json<ClientSettings>('env');
  });

  it('holds after a failover', async () => {
    await cluster.json('kill', 'master');
    await send(settings, 'later', ['a']);
    expect(await receive(settings, 'later', 1)).toEqual(['a']);
    await cluster.json('up');
  });

  it('of a password of a person is a file and a render', async () => {
    await writeFile(join(cluster.directory, 'ada.password'), 'another one\n');
    await cluster.json('render');
    await eventually(
      () => letIn('ada', 'another one'),
      ({ messages, web }) => messages && web,
      20_000,
    );
    expect(await letIn('ada', "ada's = \\ pass:word #!")).toEqual({ messages: false, web: false });
  });
});

describe('a cluster of before', () => {
  it('keeps its account for applications, gets the others, and says so until that is rotated', async () => {
    const file = join(cluster.directory, '.mqha', 'credentials.json');
    const { accounts, ...one } = JSON.parse(await readFile(file, 'utf8')) as Credentials;
    expect(accounts).toBeDefined();
    await writeFile(file, JSON.stringify(one));
    const { status } = await cluster.json<RestartResult>('restart');
    expect(status.problems.map(({ code }) => code)).toEqual(['account-shared']);
    const known: ClientSettings = { ...settings, username: one.username, password: one.password };
    await send(known, 'moved', ['a']);
    settings = await cluster.json<ClientSettings>('env');
    expect(settings.username).toBe('app');
    expect(await receive(settings, 'moved', 1)).toEqual(['a']);
    expect((await rotate('mqha')).rotated).toEqual(['mqha']);
    expect((await cluster.status()).problems).toEqual([]);
    expect((await letIn(one.username, one.password)).messages).toBe(false);
  });
});
