package dev.mqha.patches.diverged_log;

import dev.mqha.patches.common.End;
import dev.mqha.patches.common.Fatal;
import dev.mqha.patches.watched_log.LogFiles;
import dev.mqha.patches.watched_log.LogList;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import org.apache.activemq.broker.BrokerService;
import org.apache.activemq.leveldb.LevelDBClient;
import org.apache.activemq.leveldb.RecordLog;
import org.apache.activemq.leveldb.replicated.ElectingLevelDBStore;
import org.apache.activemq.leveldb.replicated.MasterElector;
import org.apache.activemq.leveldb.replicated.ReplicationSupport;
import org.apache.activemq.leveldb.replicated.SlaveLevelDBStore;
import org.apache.activemq.leveldb.replicated.dto.FileInfo;
import org.apache.activemq.leveldb.replicated.dto.SyncResponse;
import org.apache.activemq.leveldb.util.FileSupport;
import scala.collection.JavaConverters;

/**
 * Decides whether a slave may give up its log for that of a master; mended classes of the store call it.
 *
 * <p>A slave dropped its log before it had asked for the master's, and then took whatever that was. What it has may go
 * further for two reasons. It may end with what no quorum ever had: a master that was cut off comes back so,
 * nothing of that was acknowledged, and it is given up. Or the master lacks what was acknowledged, since its
 * disk was replaced or emptied. An election takes the longest log of a quorum, and what is on a quorum is on one
 * of any quorum: so a master that is behind what a quorum had has lost it, and must not be followed.
 */
public final class AttachCheck {
    /** From this many replicas on two nodes are no quorum: what one slave has may have been on its master only. */
    private static final int LARGE = 5;

    /** A log whose past is not known, and that is shorter, may be what a new cluster began with. */
    private static final long SMALL = 64 * 1024;

    /** At most so many copies are kept of a node; mqha, which has a limit for their size as well, keeps as many. */
    private static final int KEPT = 3;

    /** How the reason begins why a copy is kept that may be the only one of what was acknowledged; src/broker/kept.ts knows it. */
    private static final String QUORUM_HAD = "a quorum had it: ";

    /** What the master has listed, until it is there. */
    private static final Map<SlaveLevelDBStore, SyncResponse> FOLLOWED =
            Collections.synchronizedMap(new WeakHashMap<>());

    private AttachCheck() {}

    /** Instead of {@code delete_store}, before the master was asked: that is done later. */
    public static void later(Object support, File directory) {}

    /** Instead of {@code transfer_missing}. */
    public static long follow(SlaveLevelDBStore slave, SyncResponse master) {
        File directory = slave.directory();
        long theirs = endOf(master);
        LogList noted = LogList.read(directory);
        if (goesFurther(directory, theirs)) {
            judge(slave, theirs, wholeEnd(directory));
        } else if (noted != null && noted.ahead > 0) {
            // That master's log has grown since, and what it lacks it lacks still.
            keep(directory, QUORUM_HAD + "it goes to " + noted.ahead + ", and an earlier master's log ended before that");
            noted.ahead = 0;
            noted.write(directory);
        }
        LogList.moveTo(directory, new File(directory, "stash"));
        ReplicationSupport.delete_store(directory);
        FOLLOWED.put(slave, master);
        return slave.transfer_missing(master);
    }

    /** Before a slave that has downloaded its master's files is attached: ends the process where they are gone again. */
    public static void refuseMissing(SlaveLevelDBStore slave) {
        SyncResponse master = FOLLOWED.remove(slave);
        for (FileInfo info : master == null ? List.<FileInfo>of() : master.log_files) {
            File file = new File(slave.directory(), info.file);
            if (file.length() < info.length) {
                Fatal.end(End.LOG_LOST, file + " is gone, or shorter than what was downloaded", null);
            }
        }
    }

    /** Where the files end that the master has listed. */
    private static long endOf(SyncResponse master) {
        for (FileInfo file : master.log_files) {
            if (file.file.equals(master.append_log)) {
                return Long.parseLong(file.file.substring(0, file.file.indexOf('.')), 16) + file.length;
            }
        }
        return 0;
    }

    private static boolean goesFurther(File directory, long theirs) {
        long end = LogFiles.end(directory);
        // What it has received may end in the middle of a unit of work; to find its last end takes longer.
        return (end < 0 || end > theirs) && wholeEnd(directory) > theirs;
    }

    private static long wholeEnd(File directory) {
        Map<Object, File> files = JavaConverters.mapAsJavaMapConverter(
                        LevelDBClient.find_sequence_files(directory, LevelDBClient.LOG_SUFFIX()))
                .asJava();
        Map.Entry<Object, File> newest = null;
        for (Map.Entry<Object, File> file : files.entrySet()) {
            newest = file;
        }
        if (newest == null) {
            return 0;
        }
        long position = (Long) newest.getKey();
        RecordLog log = new RecordLog(directory, LevelDBClient.LOG_SUFFIX());
        RecordLog.LogReader reader = log.new LogReader(newest.getValue(), position);
        try {
            return position + reader.verifyAndGetEndOffset();
        } finally {
            reader.release();
        }
    }

    private static void judge(SlaveLevelDBStore slave, long theirs, long ours) {
        File directory = slave.directory();
        LogList noted = LogList.read(directory);
        // Each start notes the files; what the log was before that is known only where it was noted then.
        LogList list = noted == null || noted.master == null ? null : noted;
        ElectingLevelDBStore elector = electorOf(slave);
        boolean isLarge = elector != null && elector.replicas() >= LARGE;
        boolean wasMaster = list != null && list.master;
        long known = wasMaster ? list.committed : list == null || isLarge ? 0 : ours;
        boolean isEmpty = theirs == 0 && !wasMaster && ours > (list == null ? SMALL : 0);
        if (theirs < known || isEmpty) {
            ReplicationSupport.stash_clear(directory);
            LogList marked = noted == null ? new LogList() : noted;
            marked.ahead = ours;
            marked.write(directory);
            String what = String.format(
                    "the log of the master at %s ends at %d and that of this node at %d, %s; what it has would be lost",
                    slave.connect(),
                    theirs,
                    ours,
                    wasMaster ? "of which " + known + " bytes were on a quorum" : "which it has from a master");
            Fatal.end(End.MASTER_BEHIND, what, null);
        }
        boolean isAcknowledged = elector != null && elector.sync().startsWith("local");
        String what = String.format("the last %d bytes of its log, which the master does not have", ours - theirs);
        if (wasMaster && !isAcknowledged) {
            MasterElector.log().warn("This node gives up " + what + " and no quorum ever had", noArguments());
        } else {
            keep(directory, "ahead of its master: " + what);
        }
    }

    private static ElectingLevelDBStore electorOf(SlaveLevelDBStore slave) {
        BrokerService broker = slave.broker_service();
        try {
            return broker != null && broker.getPersistenceAdapter() instanceof ElectingLevelDBStore elector ? elector : null;
        } catch (IOException none) {
            return null;
        }
    }

    /** Keeps the store as it is beside the others that were set aside; by links, so it takes no space yet. */
    private static void keep(File directory, String why) {
        File all = new File(directory.getAbsoluteFile().getParentFile(), "stash-kept");
        String time = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString().replaceAll("[-:]", "");
        File kept = new File(all, time);
        for (int number = 2; kept.exists(); number++) {
            kept = new File(all, time + "-" + number);
        }
        File store = new File(kept, "store");
        try {
            Files.createDirectories(store.toPath());
            ReplicationSupport.copy_store_dir(directory, store);
            Files.writeString(
                    kept.toPath().resolve("why.txt"), why + "\n", StandardCharsets.UTF_8);
        } catch (IOException failure) {
            Fatal.end(End.DISK_FAILED, directory + " could not be kept in " + kept + ": " + failure, failure);
        }
        MasterElector.log().warn("This node gives up its log, which is kept in " + kept + ": " + why, noArguments());
        removeOldest(all);
    }

    private static void removeOldest(File all) {
        String[] names = all.list();
        if (names != null) {
            Arrays.sort(names);
            for (String name : Arrays.asList(names).subList(0, Math.max(0, names.length - KEPT))) {
                File kept = new File(all, name);
                if (!mayBeOnlyCopy(kept)) {
                    FileSupport.toRichFile(kept).recursiveDelete();
                }
            }
        }
    }

    private static boolean mayBeOnlyCopy(File kept) {
        try {
            return Files.readString(kept.toPath().resolve("why.txt")).startsWith(QUORUM_HAD);
        } catch (IOException none) {
            return false;
        }
    }

    private static scala.collection.Seq<Object> noArguments() {
        return JavaConverters.asScalaBufferConverter(new java.util.ArrayList<Object>()).asScala();
    }
}
