package dev.mqha.patches.removed_queues;

import org.apache.activemq.leveldb.LevelDBClient;
import org.apache.activemq.leveldb.LevelDBClient$;
import org.apache.activemq.leveldb.record.CollectionKey;
import org.apache.activemq.leveldb.record.EntryRecord;
import org.fusesource.hawtbuf.Buffer;
import org.iq80.leveldb.WriteOptions;

/**
 * Reads what the store does when it removes a queue or a subscription; mended classes of the store call it.
 *
 * <p>Removing a queue logs its key as a bare number, and the replay of the log took it for another kind of
 * record: it failed, and left the rest of what was to be replayed aside, in silence. A slave that attached
 * after a queue was removed lacked every message since then in its index; elected, it had lost them. The
 * replay also removed another key from the index than that of the queue, which came back, empty.
 *
 * <p>What a subscription has acknowledged is an entry as well, whose "location" is the number of a message. To unsubscribe
 * took it for a place in the log, and took one away from how often the file there, mostly the oldest, is referred to. At
 * zero the file was deleted with the messages in it.
 */
public final class RemovedQueue {
    private RemovedQueue() {}

    /** Instead of the decoder, which is made for another kind of record. */
    public static CollectionKey.Buffer decode(LevelDBClient$ codec, Buffer record) {
        CollectionKey.Bean key = new CollectionKey.Bean();
        key.setKey(codec.decodeVLong(record.toByteArray()));
        return key.freeze();
    }

    /** Instead of the decoder of an entry that is removed: without a location where that is no place in the log. */
    public static EntryRecord.Buffer entry(LevelDBClient$ codec, Buffer value) {
        EntryRecord.Buffer entry = codec.decodeEntryRecord(value);
        // Every message has a length.
        return entry.hasValueLength() ? entry : new EntryRecord.Bean().freeze();
    }

    /** Instead of a removal of what the record holds. */
    public static void forget(LevelDBClient.RichDB index, byte[] record, WriteOptions options) {
        LevelDBClient$ codec = LevelDBClient$.MODULE$;
        index.delete(codec.encodeLongKey(codec.COLLECTION_PREFIX(), codec.decodeVLong(record)), options);
    }
}
