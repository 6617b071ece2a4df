package dev.mqha.patches.prepared_branches;

import java.util.Map;
import org.apache.activemq.leveldb.LevelDBClient;
import org.apache.activemq.leveldb.LevelDBClient$;
import org.apache.activemq.leveldb.record.EntryRecord;
import org.fusesource.hawtbuf.Buffer;
import org.fusesource.hawtbuf.DataByteArrayInputStream;
import org.iq80.leveldb.ReadOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Function2;
import scala.runtime.AbstractFunction2;

/**
 * Keeps what a prepared branch of an XA transaction has acknowledged; mended classes of the store call it.
 *
 * <p>A prepared branch is a collection of entries: a message that it sends has a place in the log, an acknowledgement is
 * kept in the entry itself ({@code LevelDBClient.write_uows}). The replay of the log kept places only, and every slave
 * learns of a branch by replay. Elected, it took the acknowledgement for a message at place 0 and died of what it read
 * there; so did every other node. The log has it all, so replay gives it back.
 */
public final class PreparedBranch {
    private static final Logger LOG = LoggerFactory.getLogger(PreparedBranch.class);

    /** A subscription's key where the acknowledgement is of a queue ({@code XaAckRecord}). */
    private static final long NO_SUBSCRIPTION = -1;

    private PreparedBranch() {}

    /** Instead of the setter: an entry in the index has what it has in the log. */
    public static EntryRecord.Bean keep(EntryRecord.Bean entry, long place, EntryRecord.Buffer logged) {
        if (logged.hasMeta()) {
            entry.setMeta(logged.getMeta());
        }
        return logged.hasValueLocation() ? entry.setValueLocation(place) : entry;
    }

    /** Instead of the count of the entries that need a file of the log: one without a place needs none. */
    public static void count(LevelDBClient client, long place, EntryRecord.Buffer logged) {
        if (logged.hasValueLocation()) {
            client.org$apache$activemq$leveldb$LevelDBClient$$logRefIncrement(place);
        }
    }

    /** Instead of the cursor over the entries of a branch, when the store starts: shows those that mean something. */
    public static void entries(
            LevelDBClient client, long branch, Buffer from, Buffer to, Function2<Buffer, EntryRecord.Buffer, Object> shown) {
        client.collectionCursor(branch, from, to, new AbstractFunction2<>() {
            private Map<Buffer, EntryRecord.Buffer> logged;

            @Override
            public Object apply(Buffer key, EntryRecord.Buffer entry) {
                EntryRecord.Buffer whole = isWhole(entry) ? entry : logged().get(key);
                if (whole == null) {
                    LOG.warn("An entry of the prepared transaction in collection {} is lost: it has no content", branch);
                    return true;
                }
                return isDone(client, whole) ? true : shown.apply(key, whole);
            }

            private Map<Buffer, EntryRecord.Buffer> logged() {
                if (logged == null) {
                    logged = BranchLog.read(client, branch);
                }
                return logged;
            }
        });
    }

    /** Not what a replay without this cure left of an acknowledgement. */
    private static boolean isWhole(EntryRecord.Buffer entry) {
        return entry.hasMeta() || entry.getValueLength() > 0;
    }

    /**
     * Whether an acknowledgement has been committed: the branch itself is removed after its unit of work was logged, so a
     * master that ends in between leaves it. Committed again, it would take the message off the counters twice.
     */
    private static boolean isDone(LevelDBClient client, EntryRecord.Buffer entry) {
        if (!entry.hasMeta()) {
            return false;
        }
        DataByteArrayInputStream meta = new DataByteArrayInputStream(entry.getMeta());
        meta.readLong();
        meta.readInt();
        long queue = meta.readLong();
        long place = meta.readLong();
        if (meta.readLong() != NO_SUBSCRIPTION) {
            return false;
        }
        LevelDBClient$ codec = LevelDBClient$.MODULE$;
        byte[] message = codec.encodeEntryKey(codec.ENTRY_PREFIX(), queue, place);
        return client.index().get(message, new ReadOptions()).isEmpty();
    }
}
