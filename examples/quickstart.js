// The main job from one command: a real cluster in a temporary directory, a failover, messages
// before and after, and nothing left behind.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts } from 'mqha';
import rhea from 'rhea';

const bin = join(dirname(fileURLToPath(import.meta.url)), '..', 'bin', 'mqha.js');
const directory = join(mkdtempSync(join(tmpdir(), 'mqha-quickstart-')), 'cluster');

/**
 * Runs mqha as a person would, and shows the command; returns its stdout.
 * @param {string[]} args
 * @param {{ quiet?: boolean }} [options]
 */
function mqha(args, { quiet = false } = {}) {
  if (!quiet) console.log(`\n$ mqha ${args.join(' ')}`);
  const { status, stdout } = spawnSync(process.execPath, [bin, '-C', directory, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  if (!quiet) process.stdout.write(stdout);
  if (status !== 0) throw new Error(`mqha ${args[0]} exited with ${status}`);
  return stdout;
}

/** @typedef {{ username: string, password: string, brokers: { url: string }[] }} Settings */

/**
 * A connection to the broker that lets clients in; the others refuse.
 * @param {Settings} settings
 * @returns {Promise<import('rhea').Connection>}
 */
async function connect({ username, password, brokers }) {
  for (const { url } of brokers) {
    const { hostname, port } = new URL(url.replace('tcp:', 'http:'));
    const connection = rhea
      .create_container()
      .connect({ host: hostname, port: Number(port), username, password, reconnect: false });
    const open = await new Promise((resolve) => {
      connection.once('connection_open', () => {
        resolve(true);
      });
      connection.on('disconnected', () => {
        resolve(false);
      });
    });
    if (open) return connection;
  }
  throw new Error('no broker accepts a client');
}

/**
 * Sends one persistent message and waits for the broker's acknowledgement.
 * @param {Settings} settings
 * @param {string} body
 */
async function send(settings, body) {
  const connection = await connect(settings);
  const sender = connection.open_sender('quickstart');
  await new Promise((resolve) => {
    sender.once('accepted', resolve);
    sender.once('sendable', () => {
      sender.send({ durable: true, body });
    });
  });
  connection.close();
  console.log(`sent and acknowledged: ${body}`);
}

/** @param {Settings} settings */
async function read(settings) {
  const connection = await connect(settings);
  const receiver = connection.open_receiver('quickstart');
  const body = await new Promise((resolve) => {
    receiver.once('message', (context) => {
      const text = String(context.message?.body);
      receiver.once('receiver_close', () => {
        resolve(text);
      });
      receiver.close();
    });
  });
  connection.close();
  console.log(`read: ${body}`);
}

const [web, message, replication, zookeeper] = await freePorts([3, 3, 1, 1]);
try {
  console.log('mqha quickstart: a three-node cluster in a temporary directory, on free ports');
  mqha([
    ...['init', '--nodes', '3', '--web-port', String(web), '--message-port', String(message)],
    ...['--replication-port', String(replication), '--zookeeper-port', String(zookeeper)],
  ]);
  mqha(['up']);
  /** @type {Settings} */
  const settings = JSON.parse(mqha(['env', '--json'], { quiet: true }));
  console.log();
  await send(settings, 'before the failover');
  await send(settings, 'also before the failover');
  await read(settings);
  mqha(['status']);
  mqha(['kill', 'master']);
  console.log();
  await read(settings);
  await send(settings, 'after the failover');
  await read(settings);
  mqha(['status']);
} finally {
  mqha(['destroy', '--yes']);
  rmSync(dirname(directory), { recursive: true, force: true });
}
console.log('\nThat was a real cluster. Make your own: mqha init --nodes 3, then mqha up.');
