import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { tryOpen } from '../../../src/clients/amqp/try-open.js';
import { largestBody } from '../../../src/config/limits.js';
import { Deadline } from '../../../src/lib/time.js';
import { waysTo, type Besieged } from '../besieged.js';
import { receive, send } from '../messages.js';
import { attack, ATTACKS, bombard, type Stranger } from '../strangers.js';
import { threadsOf } from '../usage-of-process.js';

/** How long an answer to a login is waited for. */
const LOGIN_MS = 5000;

/** How long those are waited for who are to be hung up on. */
const HUNG_UP_MS = 20_000;

/** Sizes that are announced, and frames that never end. */
export async function announcements(besieged: Besieged): Promise<void> {
  const { port } = besieged.doors().message;
  const all = new Map<string, Stranger[]>();
  for (const one of ATTACKS) all.set(one.name, await attack(port, one));
  const open: string[] = [];
  for (const [name, strangers] of all) {
    const ended = Promise.all(strangers.map((stranger) => stranger.ended)).then(() => true);
    if (!(await Promise.race([ended, sleep(HUNG_UP_MS).then(() => false)]))) open.push(name);
    for (const stranger of strangers) stranger.leave();
  }
  expect(open).toEqual([]);
  await besieged.undisturbed();
}

/** Very many connections one after the other, and some that stay and say nothing. */
export async function connections(besieged: Besieged): Promise<void> {
  const { message } = besieged.doors();
  const silent: Stranger[] = [];
  for (const way of waysTo(message)) {
    // A handshake takes the time of many connections without one.
    const count = way.tls ? 500 : 2000;
    await bombard(way, count, () => Buffer.alloc(0), { atOnce: 100, patienceMs: 0 });
    const silence = { name: 'silence', connections: 150, bytes: Buffer.from('AMQP') };
    silent.push(...(await attack(way, silence)));
  }
  expect(await threadsOf(besieged.masterPid)).toBeLessThan(1000);
  await besieged.undisturbed();
  for (const stranger of silent) stranger.leave();
}

/** What STOMP and OpenWire turn into objects, with the account. */
export async function objects(besieged: Besieged): Promise<void> {
  const { username, password } = besieged.settings;
  const connected = `CONNECT\nlogin:${username}\npasscode:${password}\n\n\0`;
  const nested = (transformation: string, text: string) =>
    `${connected}SEND\ndestination:/queue/odd\ntransformation:${transformation}\nreceipt:1\n\n${text}\0`;
  for (const frames of [
    nested('jms-map-json', '{"a":'.repeat(100_000)),
    nested('jms-map-json', '['.repeat(300_000)),
    nested('jms-object-json', `{"map":${'{"entry":'.repeat(50_000)}`),
    nested('jms-map-xml', '<map>'.repeat(100_000)),
    nested('../../../../../../../META-INF/MANIFEST.MF', 'x'),
    nested('jms-object-xml', '<java.beans.EventHandler/>'),
  ]) {
    const bytes = Buffer.from(frames);
    const { port } = besieged.doors().message;
    const [stranger] = await attack(port, { name: 'nested', connections: 1, bytes });
    await sleep(300);
    stranger?.leave();
  }
  await besieged.undisturbed();
}

/** Accounts that the distribution has, none, and one with another's password. */
export async function guesses(besieged: Besieged): Promise<void> {
  const { port } = besieged.doors().message;
  const { username, password } = besieged.settings;
  const app = { username: username ?? '', password: password ?? '' };
  expect(await tryOpen(port, app, Deadline.in(LOGIN_MS))).toEqual({ open: true });
  for (const account of [
    undefined,
    { username: '', password: '' },
    { username: 'admin', password: 'admin' },
    { username: 'user', password: 'user' },
    { username: 'mqha', password: app.password },
    { ...app, password: '' },
  ]) {
    const { open } = await tryOpen(port, account, Deadline.in(LOGIN_MS));
    expect([account?.username, open]).toEqual([account?.username, false]);
  }
  await besieged.undisturbed();
}

/** After all of them an honest client sends what is as large as may be. */
export async function largest({ cluster, settings }: Besieged): Promise<void> {
  const { config } = await cluster.open();
  const body = 'x'.repeat(largestBody(config));
  await send(settings, 'large', [body]);
  const [received] = await receive(settings, 'large', 1);
  expect(received === body).toBe(true);
}
