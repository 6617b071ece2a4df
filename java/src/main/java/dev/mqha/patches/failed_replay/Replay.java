package dev.mqha.patches.failed_replay;

import dev.mqha.patches.common.End;
import dev.mqha.patches.common.Failure;
import dev.mqha.patches.common.Fatal;
import dev.mqha.patches.damaged_store.Recovery;
import java.io.IOException;
import java.util.TreeMap;
import org.apache.activemq.leveldb.LevelDBClient;
import org.apache.activemq.leveldb.LevelDBStore;
import org.apache.activemq.leveldb.RecordLog;
import org.apache.activemq.leveldb.replicated.ReplicatedLevelDBStoreTrait;
import org.apache.activemq.leveldb.replicated.SlaveLevelDBStore;
import scala.Option;
import scala.Tuple3;

/**
 * Watches the replay of the log; mended classes of the store call it.
 *
 * <p>{@code LevelDBClient.replay_from} brings the log into the index: on a master when it starts, on a slave after
 * each frame. A record that it could not read was printed on stderr, and the rest was left aside. Such a master
 * served without what was in the rest; such a slave went on telling its master that it had everything, counted for the
 * quorum, and lacked it when it was elected. Where no file holds the place that is to be read it looked for it for ever.
 */
public final class Replay {
    private Replay() {}

    /**
     * Before the records are read.
     *
     * <p>The index remembers which files the log had when it was saved, and counts by them how often a file is
     * referred to. Files that have come since were not among them: their messages were counted for the file before,
     * and a master removed what nothing seemed to refer to.
     */
    public static void begin(LevelDBClient client) {
        Recovery.beginAfterCut(client);
        TreeMap<Object, Void> remembered = client.recoveryLogs();
        if (remembered != null) {
            for (long position : client.log().log_file_positions()) {
                remembered.put(position, null);
            }
        }
    }

    /** Instead of {@code RecordLog.read}. @throws IOException where no file holds that position */
    public static Option<Tuple3<Object, org.fusesource.hawtbuf.Buffer, Object>> read(RecordLog log, long position)
            throws IOException {
        Option<Tuple3<Object, org.fusesource.hawtbuf.Buffer, Object>> record = log.read(position);
        if (record.isEmpty()) {
            throw new IOException("no file of the log holds position " + position);
        }
        return record;
    }

    /** Instead of {@code printStackTrace}. */
    public static void failed(Throwable failure, LevelDBClient client) {
        LevelDBStore store = client.org$apache$activemq$leveldb$LevelDBClient$$store;
        if (!(store instanceof ReplicatedLevelDBStoreTrait)) {
            failure.printStackTrace();
        } else if (!isStopping(client)) {
            end(failure, "at position " + client.indexRecoveryPosition() + " of " + store.directory());
        }
    }

    /** When a task of a slave's writer has thrown: nobody else would learn of it. */
    public static void failed(Throwable failure, SlaveLevelDBStore store) {
        if (!isStopping(store.client())) {
            end(failure, "in " + store.directory());
        }
    }

    private static void end(Throwable failure, String where) {
        Fatal.end(reasonOf(failure), where + ": " + failure, failure);
    }

    /** A replay that is interrupted has not failed: the log has it, and the next start replays it. */
    public static boolean isStopping(LevelDBClient client) {
        LevelDBStore store = client.org$apache$activemq$leveldb$LevelDBClient$$store;
        // A client that is told to stop gives up its writer first.
        synchronized (client) {
            return client.writeExecutor() == null || store.isStopping() || store.isStopped();
        }
    }

    /** A record that is wrong is an IOException of the store's own, and in every copy; one that was changed is so in this one. */
    private static End reasonOf(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        StackTraceElement[] trace = root.getStackTrace();
        String thrower = trace.length == 0 ? "" : trace[0].getClassName();
        if (String.valueOf(root.getMessage()).equals("checksum does not match")) {
            return End.STORE_DAMAGED;
        }
        boolean isOfTheStore = thrower.startsWith("org.apache.activemq.") || thrower.startsWith("dev.mqha.");
        End reason = isOfTheStore ? null : Failure.reasonOf(failure);
        return reason == End.DISK_FAILED || reason == End.LOG_LOST ? reason : End.REPLAY_FAILED;
    }
}
