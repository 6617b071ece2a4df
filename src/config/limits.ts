import type { Problem } from '../lib/errors.js';
import { DEFAULT_LOG_MB } from './limit-values.js';
import type { ClusterConfig } from './schema.js';

/**
 * The smallest store that works. One log file is written and counts at once; when it is full the next one counts as
 * well, and what was consumed is given back every ten seconds only (DBManager.pollGc). With two files a full one holds
 * every sender back until then, though its messages are gone.
 */
const STORE_MIN_LOGS = 3;

/**
 * The largest store that a slave can attach to: the master names all its files in one answer, and
 * dev.mqha.patches.long_file_list.SyncAnswer lets that be 4 MiB. A log file takes some 80 bytes of it; as much again is for the index.
 */
const STORE_MAX_MB = 2 * 1024 * 1024;

/** The largest store, in MB, whose files a master can name: smaller ones are more. */
const storeMaxMb = (logMb: number): number =>
  Math.floor(STORE_MAX_MB * Math.min(1, logMb / DEFAULT_LOG_MB));

/** What does not fit into memory is written in files of this size (Journal.DEFAULT_MAX_FILE_LENGTH), two at least. */
const TEMP_MIN_MB = 64;

const MB = 1024 * 1024;

/** What a message may have beside its body: headers, properties, the frame. */
const ENVELOPE_BYTES = 64 * 1024;

/** A message takes this much of the heap at most, unless mqha.yaml says otherwise. */
export const MESSAGE_SHARE = 64;

/** A broker needs the rest of its heap for itself and for what is on its way. */
const MEMORY_MAX_PERCENT = 80;

/**
 * From here on a broker can run out of memory: it holds up to 125 % of limits.memory, twice that while transactions are
 * committed (dev.mqha.patches.memory_room.Room), and has a quarter of the heap for large messages that come and go (dev.mqha.patches.large_messages.Turns).
 */
const MEMORY_SAFE_PERCENT = 30;

/** No message may be larger, whatever the heap: clients refuse frames of more than 100 MB by default (OpenWireFormat). */
const MESSAGE_MAX_MB = 96;

/** The largest body of a message, in MB, that brokers of a heap take where mqha.yaml names none. */
export function messageMbOf(heapMb: number): number {
  return Math.min(MESSAGE_MAX_MB, Math.max(1, Math.floor(heapMb / MESSAGE_SHARE)));
}

/** The largest body of a message, in bytes: of all protocols, and of `mqha send`. */
export function largestBody(config: ClusterConfig): number {
  return config.limits.messageMb * MB;
}

/** The largest frame that a broker reads, in bytes (`wireFormat.maxFrameSize`); OpenWire, AMQP and STOMP keep to it. */
export function largestFrame(config: ClusterConfig): number {
  return largestBody(config) + ENVELOPE_BYTES;
}

/** Limits that no cluster can work with. */
export function limitProblems({ limits, java, broker }: ClusterConfig): Problem[] {
  const { logMb } = broker.store;
  const storeMinMb = STORE_MIN_LOGS * logMb;
  const problems: Problem[] = [];
  const add = (key: string, message: string) => {
    problems.push({ path: `limits.${key}`, message });
  };
  if (limits.memoryPercent > MEMORY_MAX_PERCENT) {
    add(
      'memory',
      `${limits.memoryPercent}% can never work: a broker whose messages fill so much of its heap has too little left for itself and ends; at most ${MEMORY_MAX_PERCENT}%`,
    );
  }
  if (limits.storeMb < storeMinMb) {
    add(
      'store',
      `${limits.storeMb}mb can never work: the store counts whole log files of ${logMb} MB, and with less than three of them senders are blocked whenever one is full; at least ${storeMinMb}mb`,
    );
  }
  if (limits.storeMb > storeMaxMb(logMb)) {
    add(
      'store',
      `${sizeText(limits.storeMb)} is too much: a slave could not attach to a store of so many log files; at most ${sizeText(storeMaxMb(logMb))}`,
    );
  }
  if (limits.tempMb < TEMP_MIN_MB) {
    add(
      'temp',
      `${limits.tempMb}mb is too little: messages that are not persistent and do not fit into memory are written in files of 32 MB; at least ${TEMP_MIN_MB}mb`,
    );
  }
  broker.connectors.forEach(({ maxFrameSize = 0 }, index) => {
    const most = limits.messageMb * MB + ENVELOPE_BYTES;
    if (maxFrameSize <= most) return;
    problems.push({
      path: `broker.connectors[${index}].maxFrameSize`,
      message: `${maxFrameSize} bytes are more than limits.message lets a message have (${most} with its headers); raise that`,
    });
  });
  const largest = messageMbOf(java.heapMb);
  if (limits.messageMb > largest) {
    add(
      'message',
      `a message of ${limits.messageMb}mb can end a broker with a heap of ${java.heapMb}m, which holds it several times over; at most ${largest}mb, or a larger java.heap (${MESSAGE_SHARE} times a message)`,
    );
  }
  return problems;
}

/** What a cluster can start with and may not survive. */
export function limitWarnings({ limits, java }: ClusterConfig): string[] {
  if (limits.memoryPercent <= MEMORY_SAFE_PERCENT) return [];
  return [
    `limits.memory is ${limits.memoryPercent}% of a heap of ${java.heapMb}m: large transactions take twice what they count, and messages that come and go a quarter of the heap, so a master can end by OutOfMemoryError, and one after the other; 25% is safe`,
  ];
}

/** A size in MB as mqha.yaml has it: `2gb`, `1500mb`. */
export function sizeText(mb: number): string {
  if (mb % MB === 0) return `${mb / MB}tb`;
  return mb % 1024 === 0 ? `${mb / 1024}gb` : `${mb}mb`;
}
