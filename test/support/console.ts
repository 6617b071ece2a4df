import type { AccountShown } from '../../src/operations/accounts/accounts.js';
import { eventually, type TestCluster } from './cluster.js';

/** The text of a page of a master's console, which opens a moment after the master serves clients. */
export async function openPage(url: string, headers: Record<string, string>): Promise<string> {
  const page = await eventually(
    () => fetch(url, { headers }).catch(() => undefined),
    (response) => response?.status === 200,
    30_000,
  );
  return (await page?.text()) ?? '';
}

/** The header of an account. */
export const basic = (username: string | null, password: string | null) => ({
  Authorization: `Basic ${Buffer.from(`${username ?? ''}:${password ?? ''}`).toString('base64')}`,
});

/** The header of the account of persons. */
export async function consoleAccount(cluster: TestCluster) {
  const { name, password } = await cluster.json<AccountShown>('account', 'show', 'console');
  return basic(name, password);
}

/** Purges a queue as a person does it in the pages of the console. */
export async function purge(
  url: string,
  headers: Record<string, string>,
  queue: string,
): Promise<void> {
  await openPage(`${url}admin/queues.jsp`, headers);
  const page = await fetch(`${url}admin/queues.jsp`, { headers });
  const cookie = (page.headers.getSetCookie()[0] ?? '').split(';')[0] ?? '';
  const [, secret = ''] = /secret=([0-9a-f-]+)/.exec(await page.text()) ?? [];
  const query = new URLSearchParams({
    JMSDestination: queue,
    JMSDestinationType: 'queue',
    secret,
  });
  const done = await fetch(`${url}admin/purgeDestination.action?${query.toString()}`, {
    headers: { ...headers, cookie },
  });
  if (done.status !== 200) throw new Error(`the console answered ${done.status}`);
}
