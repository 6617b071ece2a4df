package dev.mqha.patches.slave_log;

import dev.mqha.patches.failed_replay.Replay;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.activemq.leveldb.LevelDBClient;
import org.apache.activemq.leveldb.RecordLog;

/**
 * The log of a slave: where its whole units of work end, how far it is in the index, and what may be removed of it.
 *
 * <p>A unit of work counts from its UOW_END record on, and what comes after the last one is cut off by whoever takes
 * over. The log travels in frames of half a megabyte, so a large unit comes in several. A slave brought each frame
 * into its memory at once: whom it had heard of each producer, the depth of queues, how often a file is referred to.
 * When the master died in the middle of a unit, all that stayed while the unit was cut off. The client's
 * resend was then taken for a duplicate and dropped, and depths were wrong for ever. A slave replays up to the end of
 * the last whole unit now. Where that is, is told by the heads of the records, ten bytes each, while the frame is
 * at hand.
 *
 * <p>A file that its master has removed is removed once this slave's own snapshot of the index lies behind it. It was
 * removed at once: a slave whose replay, or whose snapshot, had not got there could not read it any more.
 */
public final class SlaveLog {
    private static final Map<LevelDBClient, SlaveLog> LOGS = Collections.synchronizedMap(new WeakHashMap<>());

    private static final int HEAD = RecordLog.LOG_HEADER_SIZE();

    /** The end of the last whole unit that was received; zero as long as none is known. */
    private final AtomicLong units = new AtomicLong();

    /** Where the next record begins; known once the slave has attached, and used by the thread that receives. */
    private long next = -1;

    /** How far the log is in the index; used by the writer. */
    private long replayed = -1;

    /** The files that the downloaded index refers to, until that index is up to date; used by the writer. */
    private TreeMap<Object, Void> remembered;

    private final NavigableSet<Long> removed = new ConcurrentSkipListSet<>();

    private SlaveLog() {}

    static SlaveLog of(LevelDBClient client) {
        return LOGS.computeIfAbsent(client, first -> new SlaveLog());
    }

    /** The slave has attached. @param position where its log ends, which is where a record does */
    void attached(long position) {
        next = position;
    }

    /**
     * A frame is in the log.
     *
     * @param bytes what was received
     * @param file the position of its file, in bytes
     * @param begin the position of the first byte
     * @throws IOException where no record begins where one should
     */
    void received(ByteBuffer bytes, long file, long begin) throws IOException {
        long end = begin + bytes.limit();
        if (begin == file) {
            // A master begins a file after a unit, never within one.
            units.accumulateAndGet(file, Math::max);
            next = Math.max(next, file);
        }
        if (next < begin || end < next) {
            return;
        }
        next = scan(bytes, begin, next, end);
    }

    /** Looks for ends of units from one record on. Returns where the first record after the frame begins. */
    private long scan(ByteBuffer bytes, long begin, long from, long end) throws IOException {
        long at = from;
        while (at + HEAD <= end) {
            int head = (int) (at - begin);
            if (bytes.get(head) != RecordLog.LOG_HEADER_PREFIX()) {
                throw new IOException("no record begins at position " + at);
            }
            long after = at + HEAD + bytes.getInt(head + 6);
            if (bytes.get(head + 1) == RecordLog.UOW_END_RECORD()) {
                units.accumulateAndGet(after, Math::max);
            }
            at = after;
        }
        return at;
    }

    /**
     * Instead of {@code LevelDBClient.replay_from} on a slave, in its writer: replays whole units only.
     *
     * @param from where the index ends, when it is called for the first time
     * @param to where the log ends
     */
    public static void replay(LevelDBClient client, long from, long to, boolean progress) throws IOException {
        SlaveLog log = of(client);
        if (log.replayed < 0) {
            log.begin(client, from, to);
        }
        log.replay(client);
        log.removeFiles(client);
    }

    private void begin(LevelDBClient client, long from, long to) throws IOException {
        replayed = from;
        remembered = client.recoveryLogs();
        client.indexRecoveryPosition_$eq(from);
        long file = fileOf(client, to);
        units.accumulateAndGet(file, Math::max);
        if (to > file) {
            RecordLog log = client.log();
            try (FileChannel channel = FileChannel.open(log.next_log(file).toPath(), StandardOpenOption.READ)) {
                scan(channel.map(FileChannel.MapMode.READ_ONLY, 0, to - file), file, file, to);
            }
        }
    }

    /** A file at a time: a slave that is told to stop does not wait for the rest. */
    private void replay(LevelDBClient client) {
        long end = units.get();
        while (replayed < end && !Replay.isStopping(client)) {
            long limit = end;
            for (long file : client.log().log_file_positions()) {
                if (file > replayed && file < limit) {
                    limit = file;
                }
            }
            client.recoveryLogs_$eq(remembered);
            client.replay_from(replayed, limit, false);
            if (client.indexRecoveryPosition() < limit) {
                return;
            }
            replayed = limit;
        }
        if (replayed >= end) {
            remembered = null;
        }
    }

    /** The master has removed a file. */
    void removed(long file) {
        removed.add(file);
    }

    /** Removes the files that neither the index nor a start from its last snapshot needs. */
    private void removeFiles(LevelDBClient client) {
        if (removed.isEmpty()) {
            return;
        }
        long needed = fileOf(client, client.lastIndexSnapshotPos());
        for (Long file : removed.headSet(needed)) {
            client.log().delete(file);
            removed.remove(file);
        }
    }

    /** The file that holds a position, by where it begins. */
    static long fileOf(LevelDBClient client, long position) {
        long found = 0;
        for (long file : client.log().log_file_positions()) {
            if (file <= position) {
                found = Math.max(found, file);
            }
        }
        return found;
    }
}
