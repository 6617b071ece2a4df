import { expect, it } from 'vitest';
import { made, mqha } from './rig.js';

const envOf =
  (directory: string) =>
  (...words: string[]) =>
    mqha(['-C', directory, 'env', ...words]);

it('has each format, with the same values', async () => {
  const env = envOf(await made());
  const json = JSON.parse((await env('--format', 'json')).stdout) as {
    failoverUrl: string;
    password: string;
  };
  const { failoverUrl: url, password } = json;
  expect(json).toEqual(JSON.parse((await env('--json')).stdout));
  const lines = async (format: string) => (await env('--format', format)).stdout.split('\n');
  expect(await lines('docker')).toContain(`MQHA_FAILOVER_URL=${url}`);
  expect(await lines('docker')).toContain(`SPRING_ACTIVEMQ_PASSWORD=${password}`);
  expect(await lines('dotenv')).toContain(`MQHA_FAILOVER_URL='${url}'`);
  // Nothing is encrypted: nothing is said of certificates.
  expect((await lines('dotenv')).filter((line) => line.includes('CA_FILE'))).toEqual([]);
  expect((await env('--format', 'shell')).stdout).toBe((await env('--shell')).stdout);
  expect((await env('--format', 'spring')).stdout).toBe((await env('--spring')).stdout);
});

it('is one of them', async () => {
  const env = envOf(await made());
  for (const words of [
    ['--format', 'xml'],
    ['--format', 'docker', '--shell'],
    ['--shell', '--spring'],
  ])
    expect((await env(...words)).status).toBe(2);
});
