package dev.mqha.store;

import org.apache.activemq.leveldb.LevelDBClient;
import org.apache.activemq.leveldb.LevelDBClient$;
import org.apache.activemq.leveldb.record.CollectionKey;
import org.fusesource.hawtbuf.Buffer;
import org.iq80.leveldb.WriteOptions;

/**
 * Reads the record of a removed queue; a mended class of the store calls it.
 *
 * <p>Removing a queue logs its key as a bare number, and the replay of the log took it for another kind of
 * record: it failed, and left the rest of what was to be replayed aside, in silence. A slave that attached
 * after a queue was removed lacked every message since then in its index; elected, it had lost them. The
 * replay also removed another key from the index than that of the queue, which came back, empty.
 */
public final class RemovedQueue {
    private RemovedQueue() {}

    /** Instead of the decoder, which is made for another kind of record. */
    public static CollectionKey.Buffer decode(LevelDBClient$ codec, Buffer record) {
        CollectionKey.Bean key = new CollectionKey.Bean();
        key.setKey(codec.decodeVLong(record.toByteArray()));
        return key.freeze();
    }

    /** Instead of a removal of what the record holds. */
    public static void forget(LevelDBClient.RichDB index, byte[] record, WriteOptions options) {
        LevelDBClient$ codec = LevelDBClient$.MODULE$;
        index.delete(codec.encodeLongKey(codec.COLLECTION_PREFIX(), codec.decodeVLong(record)), options);
    }
}
