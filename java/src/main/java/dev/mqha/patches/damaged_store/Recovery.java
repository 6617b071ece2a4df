package dev.mqha.patches.damaged_store;

import dev.mqha.patches.common.End;
import dev.mqha.patches.common.Fatal;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.zip.CRC32;
import org.apache.activemq.leveldb.LevelDBClient;
import org.apache.activemq.leveldb.RecordLog;
import org.apache.activemq.leveldb.record.EntryRecord;
import org.apache.activemq.leveldb.replicated.ReplicationSupport;
import org.iq80.leveldb.DB;
import org.iq80.leveldb.DBIterator;
import org.iq80.leveldb.Options;
import org.iq80.leveldb.ReadOptions;
import scala.Tuple2;
import scala.collection.Iterator;

/**
 * Finds damage when a store is opened; mended classes of the store call it.
 *
 * <ul>
 *   <li>Recovery cuts the log off after its last whole unit of work, which is right for what a crash left
 *       unfinished. It took a record that has been damaged for the end as well, and cut off every unit behind it.
 *   <li>An index snapshot that cannot be read was replaced by an empty index, to which only what was logged
 *       after the snapshot was added: all messages before were gone.
 *   <li>Messages whose log file is gone were found out one by one, when a client was to have them.
 *   <li>An index that is gone was made anew from what is left of the log. The store removes files without messages, and with
 *       them the names of queues: their messages were there, and nobody could reach them.
 * </ul>
 */
public final class Recovery {
    /** A person's word that what lies behind damage may be cut off. */
    public static final String CUT = "mqha.store.cut";

    /** {@code '*', kind -1, checksum, length 8}, and the position where the unit begins; see RecordLog.scala. */
    private static final int END_LENGTH = 18;

    /** How the names of indexes end that knew more than what was left of the log. */
    private static final String CUT_INDEX = ".index.cut";

    private static final byte PREFIX = '*';
    private static final byte UNIT_END = -1;
    private static final int CHUNK = 1024 * 1024;

    private Recovery() {}

    /** Instead of {@code verifyAndGetEndOffset}: where the log ends; the process ends where that is not its end. */
    public static long end(RecordLog.LogReader reader) {
        long end = reader.verifyAndGetEndOffset();
        try {
            long behind = unitBehind(reader.channel(), reader.position(), end);
            if (behind >= 0) {
                String what = String.format(
                        "%s is damaged behind offset %d: units of work that are whole follow up to offset %d",
                        reader.file(), end, behind);
                if (Boolean.getBoolean(CUT)) {
                    System.err.println("mqha: " + what + "; they are cut off as " + CUT + " says");
                    removeIndexBehind(reader.file().getParentFile(), reader.position() + end);
                } else {
                    Fatal.end(End.STORE_DAMAGED, what, null);
                }
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return end;
    }

    /** An index that knows more than the log is made anew from the log. */
    private static void removeIndexBehind(File directory, long end) throws IOException {
        File[] indexes = directory.listFiles((in, name) -> name.matches("[0-9a-f]{16}\\.index"));
        for (File index : indexes == null ? new File[0] : indexes) {
            if (Long.parseLong(index.getName().substring(0, 16), 16) > end) {
                Files.move(index.toPath(), index.toPath().resolveSibling(index.getName() + ".cut"));
            }
        }
    }

    /**
     * Where the last whole unit ends that begins at or behind an offset; -1 where there is none.
     *
     * @param position of the file in the log
     */
    static long unitBehind(FileChannel file, long position, long from) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(CHUNK + END_LENGTH).order(ByteOrder.BIG_ENDIAN);
        long size = file.size();
        long last = -1;
        for (long at = from; at < size; at += CHUNK) {
            bytes.clear();
            while (bytes.hasRemaining() && file.read(bytes, at + bytes.position()) > 0) {
                // Until it is full, or the file ends.
            }
            int limit = bytes.position();
            for (int offset = 0; offset < Math.min(CHUNK, limit); offset++) {
                // Most of a file that has just begun is zeros.
                while (offset + 8 <= limit && bytes.getLong(offset) == 0) {
                    offset += 8;
                }
                if (offset + END_LENGTH <= limit && isEnd(bytes, offset, position + from, position + at + offset)) {
                    last = at + offset + END_LENGTH;
                }
            }
        }
        return last;
    }

    /** @param here the position of the record in the log; its unit began before */
    private static boolean isEnd(ByteBuffer bytes, int offset, long first, long here) {
        if (bytes.get(offset) != PREFIX || bytes.get(offset + 1) != UNIT_END || bytes.getInt(offset + 6) != 8) {
            return false;
        }
        long begin = bytes.getLong(offset + 10);
        CRC32 checksum = new CRC32();
        checksum.update(bytes.array(), offset + 10, 8);
        return begin >= first && begin < here && (int) checksum.getValue() == bytes.getInt(offset + 2);
    }

    /** Before the log is brought into an index that is made anew after a cut: names the queues that the one before knew. */
    public static void beginAfterCut(LevelDBClient client) {
        if (!Boolean.getBoolean(CUT) || client.lastIndexSnapshotPos() > 0) {
            return;
        }
        File[] indexes = client.directory().listFiles((in, name) -> name.endsWith(CUT_INDEX));
        for (File index : indexes == null ? new File[0] : indexes) {
            byte prefix = LevelDBClient.COLLECTION_PREFIX();
            try (DB before = client.factory().open(index, new Options().createIfMissing(false));
                    DBIterator collections = before.iterator()) {
                for (collections.seek(new byte[] {prefix}); collections.hasNext(); ) {
                    var collection = collections.next();
                    if (collection.getKey()[0] != prefix) {
                        break;
                    }
                    client.index().db().put(collection.getKey(), collection.getValue());
                    client.collectionMeta().put(collectionOf(collection.getKey()), new LevelDBClient.CollectionMeta());
                }
            } catch (IOException failure) {
                System.err.println("mqha: " + index + " does not tell the names of queues: " + failure);
            }
        }
    }

    /** Looks through the records of a file up to this offset: ends the process where one is damaged. */
    public static void refuseDamaged(File file, long length) {
        if (length > Integer.MAX_VALUE) {
            return;
        }
        MappedByteBuffer bytes = ReplicationSupport.map(file, 0, length, true);
        try {
            int at = damagedAt(bytes);
            if (at >= 0 && !Boolean.getBoolean(CUT)) {
                damaged(file.getName() + " is damaged at offset " + at);
            }
        } finally {
            ReplicationSupport.unmap(bytes);
        }
    }

    /** Where the first record begins that is not whole; -1 where all are. */
    private static int damagedAt(ByteBuffer bytes) {
        CRC32 checksum = new CRC32();
        int end = bytes.capacity();
        int head = RecordLog.LOG_HEADER_SIZE();
        int at = 0;
        while (at < end) {
            int length = end - at < head || bytes.get(at) != PREFIX ? -1 : bytes.getInt(at + 6);
            if (length < 0 || length > end - at - head) {
                return at;
            }
            checksum.reset();
            checksum.update(bytes.duplicate().limit(at + head + length).position(at + head));
            if ((int) checksum.getValue() != bytes.getInt(at + 2)) {
                return at;
            }
            at += head + length;
        }
        return -1;
    }

    /** The log was brought into the index: ends the process where one does not fit the other. */
    public static void started(LevelDBClient client) {
        long snapshot = client.lastIndexSnapshotPos();
        if (snapshot == 0 && !Boolean.getBoolean(CUT)) {
            refuseUnnamed(client);
        }
        if (snapshot > 0 && client.index().get(LevelDBClient.LOG_REF_INDEX_KEY(), new ReadOptions()).isEmpty()) {
            damaged("the index snapshot " + client.snapshotIndexFile(snapshot) + " cannot be read");
        }
        Iterator<Tuple2<Object, org.apache.activemq.leveldb.util.LongCounter>> counts = client.logRefs().iterator();
        while (counts.hasNext()) {
            Tuple2<Object, org.apache.activemq.leveldb.util.LongCounter> count = counts.next();
            if (count._2().get() > 0 && !client.log().log_infos().containsKey(count._1())) {
                refuseEntriesWithoutLog(client);
                return;
            }
        }
    }

    /** The counters alone prove nothing: they may be too high. */
    private static void refuseEntriesWithoutLog(LevelDBClient client) {
        try {
            LeftByTopics left = new LeftByTopics(client);
            messages(client, (key, message) -> {
                if (!left.contains(key)) {
                    refuseWithoutLog(client.log(), message.getValueLocation());
                }
            });
        } catch (IOException failure) {
            damaged("the index cannot be read: " + failure);
        }
    }

    private static void refuseUnnamed(LevelDBClient client) {
        Set<Object> named = new HashSet<>();
        var collections = client.listCollections().iterator();
        while (collections.hasNext()) {
            named.add(collections.next()._1());
        }
        try {
            messages(client, (key, message) -> {
                if (!named.contains(collectionOf(key))) {
                    damaged(String.format(
                            "the index of %s is gone, and what is left of the log does not name the queue of the message at %x",
                            client.directory(), message.getValueLocation()));
                }
            });
        } catch (IOException failure) {
            damaged("the index cannot be read: " + failure);
        }
    }

    /** Hands each message in the index on, by its key and where it lies. */
    private static void messages(LevelDBClient client, BiConsumer<byte[], EntryRecord.Buffer> use) throws IOException {
        byte[] prefix = {LevelDBClient.ENTRY_PREFIX()};
        try (DBIterator entries = client.index().db().iterator()) {
            for (entries.seek(prefix); entries.hasNext(); ) {
                var entry = entries.next();
                if (entry.getKey()[0] != prefix[0]) {
                    return;
                }
                EntryRecord.Buffer record = EntryRecord.FACTORY.parseUnframed(entry.getValue());
                if (record.hasValueLocation() && record.hasValueLength() && record.getValueLength() > 0) {
                    use.accept(entry.getKey(), record);
                }
            }
        }
    }

    /** A key begins with a letter and the number of its collection ({@code LevelDBClient.encodeLongKey}, {@code encodeEntryKey}). */
    private static long collectionOf(byte[] key) {
        return ByteBuffer.wrap(key).getLong(1);
    }

    private static void refuseWithoutLog(RecordLog log, long location) {
        var floor = log.log_infos().floorEntry(location);
        if (floor == null || location >= floor.getValue().position() + floor.getValue().file().length()) {
            damaged(String.format("a message lies at %x, and no file of the log in %s holds it", location, log.directory()));
        }
    }

    private static void damaged(String what) {
        Fatal.end(End.STORE_DAMAGED, what, null);
    }
}
