import { request, type IncomingMessage } from 'node:http';
import { expect } from 'vitest';
import { originOf } from '../../../src/config/endpoints.js';
import { dial, type Endpoint } from '../../../src/lib/dial.js';
import type { Queues } from '../../../src/messages/queues.js';
import type { Besieged } from '../besieged.js';
import { basic, consoleAccount } from '../console.js';

/** What is asked of a web port. */
interface Question {
  readonly path: string;
  readonly headers: Record<string, string>;
  /** Posted, where it is there. */
  readonly body?: string;
}

/** The status of an answer; Jolokia answers with 200 and puts its own into the body. */
async function statusOf(port: Endpoint, { path, headers, body }: Question): Promise<number> {
  const call = request({
    ...{ host: port.host, port: port.port, path, headers },
    ...{ method: body === undefined ? 'GET' : 'POST', createConnection: () => dial(port) },
  });
  call.end(body);
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    call.on('response', resolve).on('error', reject);
  });
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) text += String(chunk);
  if (answer.statusCode !== 200 || !text.startsWith('{')) return answer.statusCode ?? 0;
  return (JSON.parse(text) as { status: number }).status;
}

/** All that Jolokia and the console can do, with the account, from their own origin and from that of another page. */
export async function management(besieged: Besieged): Promise<void> {
  const { cluster } = besieged;
  const { port } = besieged.doors().web;
  const { name } = (await cluster.open()).config;
  const account = await consoleAccount(cluster);
  const ask = (
    path: string,
    { from = originOf(port), post }: { from?: string; post?: object } = {},
  ) =>
    statusOf(port, {
      path,
      headers: { ...account, Origin: from },
      ...(post ? { body: JSON.stringify(post) } : {}),
    });
  const broker = `org.apache.activemq:type=Broker,brokerName=${name}`;
  const read = `/api/jolokia/read/${broker}/TotalMessageCount`;
  const connector = `static:(vm:!/!/evil?brokerConfig=xbean:file:!/tmp!/evil.xml)`;
  const addQueue = { type: 'exec', mbean: broker, operation: 'addQueue', arguments: ['evil'] };
  expect(await ask(read)).toBe(200);
  const { username, password } = besieged.settings;
  for (const guess of [
    {},
    basic('admin', 'admin'),
    basic('user', 'user'),
    basic(username, password),
  ]) {
    expect(
      await statusOf(port, { path: read, headers: { ...guess, Origin: originOf(port) } }),
    ).toBe(401);
  }
  const answers = {
    'another site': await ask(read, { from: 'http://evil.example' }),
    POST: await ask('/api/jolokia/', { post: { type: 'version' } }),
    'exec by POST': await ask('/api/jolokia/', { post: addQueue }),
    'exec by GET': await ask(`/api/jolokia/exec/${broker}/addQueue/evil`),
    'a network connector': await ask(
      `/api/jolokia/exec/${broker}/addNetworkConnector/${encodeURIComponent(connector)}`,
    ),
    write: await ask(`/api/jolokia/write/${broker}/JobSchedulerStoreLimit/1`),
    search: await ask('/api/jolokia/search/*:*'),
    list: await ask('/api/jolokia/list'),
    'the JVM': await ask('/api/jolokia/read/java.lang:type=Runtime/SystemProperties'),
    'every domain': await ask('/api/jolokia/read/*:type=Runtime/SystemProperties'),
    Jolokia: await ask('/api/jolokia/exec/jolokia:type=Config/debugInfo'),
    'the REST servlet': await ask('/api/message/evil?type=queue&body=x'),
    pages: await ask('/admin/'),
    files: await ask('/'),
  };
  expect(Object.entries(answers).filter(([, status]) => status < 400)).toEqual([]);
  const { queues } = await cluster.json<Queues>('queues');
  expect(queues.map((queue) => queue.name)).not.toContain('evil');
  await besieged.undisturbed();
}
