package dev.mqha.patches.index_counters;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.apache.activemq.leveldb.LevelDBClient;
import org.apache.activemq.leveldb.LevelDBClient$;
import org.apache.activemq.leveldb.UowManagerConstants$;
import org.apache.activemq.leveldb.record.CollectionRecord;
import org.apache.activemq.leveldb.record.EntryRecord;
import org.apache.activemq.leveldb.replicated.MasterLevelDBClient;
import org.apache.activemq.leveldb.util.LongCounter;
import org.iq80.leveldb.DB;
import org.iq80.leveldb.DBIterator;
import org.iq80.leveldb.ReadOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.collection.JavaConversions;

/**
 * Compares what a store counts with what is in its index, when a master starts; a mended class of the store calls it.
 *
 * <p>The store saves the depth of each queue, its last place, and how many messages each file of the log holds, beside
 * the messages. Once they are wrong they stay so: a queue shows messages that are not there, or messages that are
 * there are not delivered, or a file is removed with messages in it. Stores that were written before whole units
 * were replayed may have such numbers. So each store is counted once, and a small one at every start.
 */
public final class Counters {
    private static final Logger LOG = LoggerFactory.getLogger(Counters.class);

    /** Says in the index that it was counted. */
    private static final byte[] COUNTED = ":mqha-counted".getBytes(StandardCharsets.US_ASCII);

    /** How many entries are counted at each start; a million take a quarter of a second of the processor. */
    static final int SMALL = 250_000;

    private static final class Queue {
        private long size;
        private byte[] last;
    }

    private final LevelDBClient client;
    private final DB index;
    private final long[] files;
    private final Map<Long, CollectionRecord.Buffer> collections = new HashMap<>();
    private final Map<Long, Queue> queues = new HashMap<>();
    private final Map<Long, Long> references = new HashMap<>();

    private Counters(LevelDBClient client) {
        this.client = client;
        index = client.index().db();
        files = client.log().log_file_positions();
    }

    /** When the log is in the index and nobody is served yet. */
    public static void mend(LevelDBClient client) {
        if (client instanceof MasterLevelDBClient) {
            Counters counters = new Counters(client);
            boolean counted = counters.index.get(COUNTED) != null;
            if (counters.count(counted ? SMALL : Long.MAX_VALUE)) {
                counters.mendQueues();
                counters.mendReferences();
                if (!counted) {
                    counters.index.put(COUNTED, new byte[] {1});
                }
            }
        }
    }

    /** Returns whether it was all counted. */
    private boolean count(long limit) {
        ReadOptions options = new ReadOptions().fillCache(false).verifyChecksums(client.verifyChecksums());
        try (DBIterator entries = index.iterator(options)) {
            byte collection = LevelDBClient$.MODULE$.COLLECTION_PREFIX();
            byte entry = LevelDBClient$.MODULE$.ENTRY_PREFIX();
            entries.seek(new byte[] {collection});
            while (entries.hasNext()) {
                Map.Entry<byte[], byte[]> next = entries.next();
                byte kind = next.getKey()[0];
                if (kind == collection) {
                    long key = ByteBuffer.wrap(next.getKey(), 1, Long.BYTES).getLong();
                    collections.put(key, CollectionRecord.FACTORY.parseUnframed(next.getValue()));
                } else if (kind == entry) {
                    if (--limit < 0) {
                        return false;
                    }
                    count(next.getKey(), next.getValue());
                } else {
                    break;
                }
            }
            return true;
        } catch (java.io.IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        }
    }

    private void count(byte[] key, byte[] value) throws java.io.IOException {
        long collection = ByteBuffer.wrap(key, 1, Long.BYTES).getLong();
        CollectionRecord.Buffer record = collections.get(collection);
        int type = record == null ? 0 : record.getType();
        if (type == UowManagerConstants$.MODULE$.SUBSCRIPTION_COLLECTION_TYPE()) {
            // What looks like a place in the log is a number of a message.
            return;
        }
        if (type == UowManagerConstants$.MODULE$.QUEUE_COLLECTION_TYPE()) {
            Queue queue = queues.computeIfAbsent(collection, first -> new Queue());
            queue.size++;
            queue.last = Arrays.copyOfRange(key, 1 + Long.BYTES, key.length);
        }
        EntryRecord.Buffer message = EntryRecord.FACTORY.parseUnframed(value);
        if (message.hasValueLocation()) {
            int place = Arrays.binarySearch(files, message.getValueLocation());
            int file = place >= 0 ? place : -place - 2;
            if (file >= 0) {
                references.merge(files[file], 1L, Long::sum);
            }
        }
    }

    private void mendQueues() {
        Map<Object, LevelDBClient.CollectionMeta> known = JavaConversions.mutableMapAsJavaMap(client.collectionMeta());
        collections.forEach((key, record) -> {
            if (record.getType() != UowManagerConstants$.MODULE$.QUEUE_COLLECTION_TYPE()) {
                return;
            }
            Queue queue = queues.getOrDefault(key, new Queue());
            LevelDBClient.CollectionMeta meta = known.computeIfAbsent(key, absent -> new LevelDBClient.CollectionMeta());
            if (meta.size() != queue.size) {
                LOG.warn("Mended the depth of {}: it was {}, and {} messages are there",
                        record.getMeta().utf8(), meta.size(), queue.size);
                meta.size_$eq(queue.size);
            }
            byte[] last = meta.last_key();
            if (queue.last != null && (last == null || Arrays.compareUnsigned(last, queue.last) < 0)) {
                LOG.warn("Mended the last place of {}", record.getMeta().utf8());
                meta.last_key_$eq(queue.last);
            }
        });
    }

    private void mendReferences() {
        Map<Object, LongCounter> known = JavaConversions.mutableMapAsJavaMap(client.logRefs());
        for (long file : files) {
            long counted = references.getOrDefault(file, 0L);
            LongCounter counter = known.get(file);
            long was = counter == null ? 0 : counter.get();
            if (was != counted) {
                LOG.warn("Mended how often the log at {} is referred to: it was {}, and is {}", file, was, counted);
                known.computeIfAbsent(file, absent -> new LongCounter(0)).set(counted);
            }
        }
    }
}
