import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { freePorts } from '../../src/agents/local/ports.js';
import { Deadline } from '../../src/lib/time.js';
import { ROUND_MS } from '../../src/stores/replicated-leveldb/zookeeper/hurry.js';
import { ZooKeeperReader } from '../../src/stores/replicated-leveldb/zookeeper/reader.js';
import {
  created,
  denied,
  greeting,
  isHello,
  kindOf,
  noChildren,
  noNode,
  server,
} from './fake-zookeeper.js';

const PATH = '/activemq/mqstores';

it('is done with a server that it gave up on, also when that comes back', async () => {
  const [port = 0] = await freePorts([1]);
  const reader = new ZooKeeperReader({ connect: `127.0.0.1:${port}` });
  await expect(reader.group(PATH, Deadline.in(150))).rejects.toThrow('does not answer');
  const asked = vi.fn();
  await server(port, (socket) => {
    asked();
    socket.write(greeting());
  });
  // Longer than the library waits before it connects again.
  await sleep(500);
  expect(asked).not.toHaveBeenCalled();
});

it('says at once that a host name does not resolve, and waits for those that do', async () => {
  const [port = 0] = await freePorts([1]);
  const fails = (connect: string, ms: number) =>
    new ZooKeeperReader({ connect }).group(PATH, Deadline.in(ms)).then(
      () => '',
      (error: unknown) => (error as Error).message,
    );
  expect(await fails('nowhere.invalid:2181', 20_000)).toContain(
    'cannot be asked: the host name does not resolve: nowhere.invalid (E',
  );
  expect(await fails(`nowhere.invalid:2181,127.0.0.1:${port}`, 300)).toContain('does not answer');
});

it('opens another session when the connection is lost in the middle of an answer', async () => {
  const seen: number[] = [];
  const connect = await server(0, (socket, data, connection) => {
    seen.push(connection);
    if (data.length > 40) {
      socket.write(greeting());
      return;
    }
    socket.write(noChildren(data));
    if (connection === 1) socket.end(Buffer.from([0, 0, 0]));
  });
  const reader = new ZooKeeperReader({ connect });
  const onChange = vi.fn();
  const empty = { exists: true, znodes: [] };
  expect(await reader.group(PATH, Deadline.in(5000), onChange)).toEqual(empty);
  await vi.waitFor(() => {
    expect(onChange).toHaveBeenCalledOnce();
  });
  expect(await reader.group(PATH, Deadline.in(5000))).toEqual(empty);
  expect(seen).toEqual([1, 1, 2, 2]);
  reader.close();
  expect(onChange).toHaveBeenCalledOnce();
});

it('closes its session, and hangs up on a server that does not', async () => {
  let ended: () => void = () => undefined;
  const hungUp = new Promise<void>((resolve) => {
    ended = resolve;
  });
  const requests: number[] = [];
  const connect = await server(0, (socket, data) => {
    if (data.length > 40) {
      socket.write(greeting());
      socket.once('close', ended);
      return;
    }
    // After its length and number: what it is; 12 asks for children, -11 closes the session.
    requests.push(data.readInt32BE(8));
    if (requests.length === 1) socket.write(noChildren(data));
  });
  const reader = new ZooKeeperReader({ connect });
  await reader.group(PATH, Deadline.in(5000));
  reader.close();
  await hungUp;
  expect(requests).toEqual([12, -11]);
});

it('opens one session for all who ask at once', async () => {
  const connections = new Set<number>();
  let greeted = false;
  const connect = await server(0, (socket, data, connection) => {
    connections.add(connection);
    if (connections.size === 1 && !greeted) {
      greeted = true;
      socket.write(greeting());
      return;
    }
    // Several questions may come at once.
    for (let at = 0; at < data.length; at += 4 + data.readInt32BE(at)) {
      socket.write(noChildren(data.subarray(at)));
    }
  });
  const reader = new ZooKeeperReader({ connect });
  const ask = () => reader.group(PATH, Deadline.in(5000));
  await Promise.all([ask(), ask(), ask()]);
  expect([...connections]).toEqual([1]);
  reader.close();
});

it('lets whoever has more time wait on where another has given its session up', async () => {
  const hellos: number[] = [];
  const connect = await server(0, (socket, data, connection) => {
    if (isHello(data)) {
      hellos.push(connection);
      socket.write(greeting());
      return;
    }
    // The first session is never answered.
    if (connection > 1) socket.write(noChildren(data));
  });
  const reader = new ZooKeeperReader({ connect });
  const long = reader.group(PATH, Deadline.in(5000));
  await vi.waitFor(() => {
    expect(hellos).toEqual([1]);
  });
  await expect(reader.group(PATH, Deadline.in(200))).rejects.toThrow('silent for 200 ms');
  expect(await long).toEqual({ exists: true, znodes: [] });
  expect(hellos).toEqual([1, 2]);
  reader.close();
});

it('keeps nobody longer than their own deadline while another opens the session', async () => {
  const connect = await server(0, () => undefined);
  const reader = new ZooKeeperReader({ connect });
  const long = reader.group(PATH, Deadline.in(4000)).catch(String);
  const began = performance.now();
  await expect(reader.group(PATH, Deadline.in(100))).rejects.toThrow('no answer within 100 ms');
  expect(performance.now() - began).toBeLessThan(3000);
  expect(await long).toContain('no answer within 4000 ms');
});

it('tells who watches when another has given the session up', async () => {
  let answers = true;
  const connect = await server(0, (socket, data) => {
    if (isHello(data)) socket.write(greeting());
    else if (answers) socket.write(noChildren(data));
  });
  const reader = new ZooKeeperReader({ connect });
  const onChange = vi.fn();
  await reader.group(PATH, Deadline.in(5000), onChange);
  answers = false;
  const own = vi.fn();
  await expect(reader.group(PATH, Deadline.in(100), own)).rejects.toThrow('silent');
  expect(onChange).toHaveBeenCalledOnce();
  // Who has failed knows by the error.
  expect(own).not.toHaveBeenCalled();
});

it('is told when a path comes that is absent', async () => {
  const kinds: number[] = [];
  let connected: Socket | undefined;
  const connect = await server(0, (socket, data) => {
    connected = socket;
    if (isHello(data)) {
      socket.write(greeting());
      return;
    }
    kinds.push(kindOf(data));
    socket.write(noNode(data));
  });
  const reader = new ZooKeeperReader({ connect });
  const onChange = vi.fn();
  const absent = { exists: false, znodes: [] };
  expect(await reader.group(PATH, Deadline.in(5000))).toEqual(absent);
  expect(kinds).toEqual([12]);
  expect(await reader.group(PATH, Deadline.in(5000), onChange)).toEqual(absent);
  expect(kinds).toEqual([12, 12, 3]);
  expect(onChange).not.toHaveBeenCalled();
  connected?.write(created(PATH));
  await vi.waitFor(() => {
    expect(onChange).toHaveBeenCalledOnce();
  });
  reader.close();
});

it('authenticates as whoever the file names when a session is opened, and again once it is refused', async () => {
  const accounts: string[] = [];
  const connect = await server(0, (socket, data, connection) => {
    if (isHello(data)) {
      socket.write(greeting());
      return;
    }
    // The account, which is not answered here, and a question may come at once.
    for (let at = 0; at < data.length; at += 4 + data.readInt32BE(at)) {
      const request = data.subarray(at, at + 4 + data.readInt32BE(at));
      const account = /fabric:\w+/.exec(request.toString('latin1'))?.[0];
      if (account !== undefined) accounts.push(account);
      if (kindOf(request) === 12)
        socket.write(connection === 1 ? denied(request) : noChildren(request));
    }
  });
  const passwords = ['first', 'second'];
  const reader = new ZooKeeperReader({ connect }, () => Promise.resolve(passwords.shift()));
  await expect(reader.group(PATH, Deadline.in(5000))).rejects.toMatchObject({
    code: 'zookeeper-denied',
    message: expect.stringContaining(PATH) as string,
  });
  expect(await reader.group(PATH, Deadline.in(5000))).toEqual({ exists: true, znodes: [] });
  expect(accounts).toEqual(['fabric:first', 'fabric:second']);
  reader.close();
});

it.each([
  ['nothing', Buffer.alloc(0)],
  ['half a greeting', greeting().subarray(0, 10)],
])('goes on to another server where one says %s', async (_, said) => {
  const asked: number[] = [];
  // The library shuffles them: whichever is asked first is the one that hangs.
  const hangsFirst = (which: number) => (socket: Socket, data: Buffer) => {
    if (isHello(data)) {
      asked.push(which);
      socket.write(asked.length === 1 ? said : greeting());
    } else socket.write(noChildren(data));
  };
  const connect = `${await server(0, hangsFirst(1))},${await server(0, hangsFirst(2))}`;
  const reader = new ZooKeeperReader({ connect });
  expect(await reader.group(PATH, Deadline.in(15_000))).toEqual({ exists: true, znodes: [] });
  expect([...asked].sort()).toEqual([1, 2]);
  reader.close();
});

it('gives servers that are slow more time in each round, and one that is alone all there is', async () => {
  let connections = 0;
  const slow = (socket: Socket, data: Buffer) => {
    if (isHello(data)) {
      connections++;
      setTimeout(() => {
        if (!socket.destroyed) socket.write(greeting());
      }, 1.5 * ROUND_MS);
    } else socket.write(noChildren(data));
  };
  const first = await server(0, slow);
  for (const [connect, atLeast] of [
    [`${first},${await server(0, slow)}`, 3],
    [first, 1],
  ] as const) {
    connections = 0;
    const reader = new ZooKeeperReader({ connect });
    expect(await reader.group(PATH, Deadline.in(15_000))).toEqual({ exists: true, znodes: [] });
    expect(connections).toBeGreaterThanOrEqual(atLeast);
    if (atLeast === 1) expect(connections).toBe(1);
    reader.close();
  }
});

it('says of a znode that belongs to others whether it was asked with a password', async () => {
  const connect = await server(0, (socket, data) => {
    if (isHello(data)) socket.write(greeting());
    else if (kindOf(data) === 12) socket.write(denied(data));
  });
  const reader = new ZooKeeperReader({ connect });
  await expect(reader.group(PATH, Deadline.in(5000))).rejects.toMatchObject({
    code: 'zookeeper-denied',
    message: `ZooKeeper at ${connect} refuses access to ${PATH}: it belongs to those who know a password, and mqha has none`,
    hint: expect.stringContaining('Restore .mqha/credentials.json') as string,
  });
  reader.close();
});
