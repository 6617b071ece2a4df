package dev.mqha.patches.whole_units;

import java.lang.ref.WeakReference;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import org.apache.activemq.leveldb.LevelDBClient;
import org.apache.activemq.leveldb.RecordLog;
import org.iq80.leveldb.WriteBatch;

/**
 * Keeps the store's units of work whole; mended classes of the store call it.
 *
 * <p>The log is a row of records, and a unit of work counts from its UOW_END record on: recovery cuts off
 * what comes after the last one.
 *
 * <ul>
 *   <li>A master waited for its slaves before it wrote UOW_END. Killed just then, an acknowledged message
 *       was on every slave without its end, and was cut off by whoever took over. Where the wait failed
 *       because quorum was lost, the end was never written: the index then pointed at a place that the
 *       log gave to others.
 *   <li>A slave named its index snapshot after the last record that it had read, also in the middle of a
 *       unit whose entries were not in the index yet. Started from there, it never saw them. One that had
 *       read none called it zero, and counted everything twice.
 * </ul>
 */
public final class UnitOfWork {
    /** How far a slave's index is whole. */
    private static final class Progress {
        private final WeakReference<LevelDBClient> client;
        private long end;
        private boolean written;

        private Progress(LevelDBClient client) {
            this.client = new WeakReference<>(client);
            // A slave that has replayed nothing yet has the index that it has downloaded.
            this.end = client.lastIndexSnapshotPos();
        }
    }

    private static final ThreadLocal<Boolean> WANTED = ThreadLocal.withInitial(() -> false);

    private static final Map<LevelDBClient, Progress> SLAVES = Collections.synchronizedMap(new WeakHashMap<>());

    private static volatile Progress latest;

    private UnitOfWork() {}

    /** Instead of the wait for the slaves: it is done when the unit has its end. */
    public static void force(RecordLog.LogAppender appender) {
        waitAtEnd();
    }

    /** The unit of work that this thread writes, or writes next, waits for the slaves once it has its end. */
    public static void waitAtEnd() {
        WANTED.set(true);
    }

    /** The unit has its end: now wait for the slaves, and for the disk, where {@code sync} says so. */
    public static void ended(RecordLog.LogAppender appender) {
        if (WANTED.get()) {
            WANTED.set(false);
            appender.force();
        }
    }

    /** Instead of the setter, which is called once the entries of a unit are in the index. */
    public static void written(LevelDBClient client, WriteBatch next) {
        progress(client).written = true;
        client.replay_write_batch_$eq(next);
    }

    /** Instead of the setter, which is called after every record. */
    public static void advance(LevelDBClient client, long position) {
        Progress progress = progress(client);
        if (progress.written) {
            progress.written = false;
            progress.end = position;
        }
        client.indexRecoveryPosition_$eq(position);
    }

    /** Instead of the position of the last record: where the last unit that is in the index ends. */
    public static long position(LevelDBClient client) {
        return progress(client).end;
    }

    private static Progress progress(LevelDBClient client) {
        // It is asked for at every record.
        Progress known = latest;
        if (known == null || known.client.get() != client) {
            known = SLAVES.computeIfAbsent(client, Progress::new);
            latest = known;
        }
        return known;
    }
}
