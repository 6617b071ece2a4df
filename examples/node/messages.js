// node messages.js send|receive <queue> <count>: persistent messages that survive a failover, with AMQP 1.0.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import rhea from 'rhea';

const { MQHA_FAILOVER_URL = '', MQHA_USERNAME = 'anonymous', MQHA_PASSWORD } = process.env;
const PATIENCE_MS = 60_000;
const brokers = [...MQHA_FAILOVER_URL.matchAll(/(?:tcp|ssl):\/\/([^:,)]+):(\d+)/g)].map(
  ([, host = '', port]) => ({ host, port: Number(port) }),
);

/** Whom this client takes for a broker, and what it shows, where the cluster has `tls: true`. */
const { MQHA_CA_FILE, MQHA_CERTIFICATE_FILE, MQHA_KEY_FILE } = process.env;
const encryption =
  MQHA_CA_FILE === undefined
    ? {}
    : {
        ca: readFileSync(MQHA_CA_FILE),
        ...(MQHA_CERTIFICATE_FILE && { cert: readFileSync(MQHA_CERTIFICATE_FILE) }),
        ...(MQHA_KEY_FILE && { key: readFileSync(MQHA_KEY_FILE) }),
      };
/** @type {'tcp' | 'tls'} */
const transport = MQHA_CA_FILE === undefined ? 'tcp' : 'tls';

const [command = '', queue = '', number = ''] = process.argv.slice(2);
const count = Number(number);
if (!/^(send|receive)$/.test(command) || brokers.length === 0 || !(count > 0)) {
  console.error('usage: node messages.js send|receive <queue> <count>');
  console.error('MQHA_FAILOVER_URL and the account come from: eval "$(mqha env --shell)"');
  process.exit(2);
}

let attempt = 0;
/** All message ports in turn: only the master's lets clients in. */
function nextBroker() {
  const broker = brokers[attempt++ % brokers.length] ?? { host: '', port: 0 };
  return { ...broker, transport, options: { ...broker, ...encryption } };
}

const connection = rhea.create_container().connect({
  ...(brokers[0] ?? { host: '', port: 0 }),
  connection_details: nextBroker,
  initial_reconnect_delay: 50,
  max_reconnect_delay: 500,
  // Whatever a broker says when it ends, another will be master.
  all_errors_non_fatal: true,
  idle_time_out: 10_000,
  username: MQHA_USERNAME,
  ...(MQHA_PASSWORD === undefined ? {} : { password: MQHA_PASSWORD }),
});

/** @type {NodeJS.Timeout} */
let patience;
function progress() {
  clearTimeout(patience);
  patience = setTimeout(() => {
    console.error(`error: no progress for ${PATIENCE_MS / 1000} s`);
    process.exit(1);
  }, PATIENCE_MS);
}

/** @param {string} summary */
function finish(summary) {
  console.error(summary);
  clearTimeout(patience);
  connection.close();
}

function send() {
  const run = randomUUID().slice(0, 8);
  const waiting = Array.from({ length: count }, (_, index) => `${run}-${index + 1}`);
  /** What has left and is not acknowledged. @type {Map<unknown, string>} */
  const underway = new Map();
  let acknowledged = 0;
  const sender = connection.open_sender(queue);
  const sendMore = () => {
    while (sender.sendable() && waiting.length > 0) {
      const body = waiting.shift() ?? '';
      underway.set(sender.send({ durable: true, body }), body);
    }
  };
  sender.on('sendable', sendMore);
  connection.on('disconnected', () => {
    // Nobody knows whether these arrived.
    waiting.unshift(...underway.values());
    underway.clear();
  });
  sender.on('accepted', ({ delivery }) => {
    console.log(underway.get(delivery));
    underway.delete(delivery);
    progress();
    acknowledged += 1;
    if (acknowledged === count) finish(`sent ${count}, each acknowledged`);
  });
  for (const event of ['rejected', 'released']) {
    sender.on(event, ({ delivery }) => {
      console.error(`${event}: ${delivery?.remote_state?.error}`);
      waiting.push(underway.get(delivery) ?? '');
      underway.delete(delivery);
      setTimeout(sendMore, 500);
    });
  }
}

function receive() {
  const seen = new Set();
  let duplicates = 0;
  const receiver = connection.open_receiver({ source: queue, autoaccept: false });
  receiver.on('message', ({ message, delivery }) => {
    if (seen.size === count) return;
    const body = message?.body;
    // What was not acknowledged before a failover comes again.
    if (seen.has(body)) duplicates += 1;
    else console.log(body);
    seen.add(body);
    delivery?.accept();
    progress();
    // The link's end is sent after the last acknowledgement.
    if (seen.size === count) receiver.close();
  });
  receiver.on('receiver_close', () => {
    finish(`received ${count}, and ${duplicates} of them again`);
  });
}

connection.on('disconnected', () => {
  // No news: rhea tries the next port. But it would print a warning if nobody listened.
});
connection.on('connection_error', ({ error }) => {
  console.error(`error: ${error}`);
  // A wrong account does not get better.
  if (error && 'condition' in error && error.condition === 'amqp:unauthorized-access')
    process.exit(1);
});
progress();
if (command === 'send') send();
else receive();
