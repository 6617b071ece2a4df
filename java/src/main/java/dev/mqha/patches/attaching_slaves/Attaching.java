package dev.mqha.patches.attaching_slaves;

import dev.mqha.patches.damaged_store.Recovery;
import dev.mqha.patches.watched_log.LogFiles;
import java.io.File;
import java.util.Collections;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.activemq.leveldb.LevelDBClient;
import org.apache.activemq.leveldb.LevelDBClient$;
import org.apache.activemq.leveldb.RecordLog;
import org.apache.activemq.leveldb.replicated.MasterLevelDBClient;
import org.apache.activemq.leveldb.replicated.MasterLevelDBStore;
import org.apache.activemq.leveldb.replicated.PositionSync;
import org.apache.activemq.leveldb.replicated.dto.FileInfo;
import org.apache.activemq.leveldb.replicated.dto.SyncResponse;
import org.apache.activemq.leveldb.util.FileSupport;
import org.fusesource.hawtdispatch.Task;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Option;

/**
 * What a master does for a slave that attaches; mended classes of the store call it.
 *
 * <p>The master tells the slave which files of the log and which snapshot of the index to download, and they
 * have to stay until the slave has them.
 *
 * <ul>
 *   <li>The master noted the snapshot that took the place of a held one, and not the held one. It was removed
 *       with the log that it needs, and the slave began again. What was noted was never forgotten, so the log was
 *       kept for ever afterwards.
 *   <li>A file of the log that is older than the snapshot was removed when its last message was consumed, though a slave
 *       was about to ask for it. Nothing of the log is removed while a slave attaches.
 *   <li>The position that the slave was told was that of what had been appended, not of what had been written. And
 *       where the log began a file meanwhile, it did not belong to the files.
 *   <li>A slave that came back before its old connection was given up was taken for attached while it downloaded
 *       everything, held its snapshot for ever, and was not sent what was thought to be on its way over the old
 *       connection. It is a new one now.
 *   <li>A slave that went while the master waited for slaves was never forgotten.
 *   <li>Senders waited until the master had read its log for the checksums.
 * </ul>
 */
public final class Attaching {
    private static final Logger LOG = LoggerFactory.getLogger(MasterLevelDBStore.class);

    /** Who was there before, between two calls in one thread. */
    private static final ThreadLocal<MasterLevelDBStore.SlaveState> PREVIOUS = new ThreadLocal<>();

    /** Whose files are listed in an answer that is not sent yet. */
    private static final Map<SyncResponse, LevelDBClient> LISTED = Collections.synchronizedMap(new WeakHashMap<>());

    private Attaching() {}

    /**
     * Instead of {@code ConcurrentHashMap.get}, when a slave asks to attach.
     *
     * @return null: a new one is made
     */
    public static Object known(ConcurrentHashMap<Object, Object> slaves, Object id) {
        MasterLevelDBStore.SlaveState previous = (MasterLevelDBStore.SlaveState) slaves.get(id);
        PREVIOUS.set(previous);
        if (previous != null && previous.session() != null) {
            previous.session().transport().stop(new Task() {
                @Override
                public void run() {}
            });
        }
        return null;
    }

    /** Instead of {@code isStarted}, which is not true of a master that waits for slaves. */
    public static boolean forgets(MasterLevelDBStore store) {
        return true;
    }

    /** Instead of {@code lastIndexSnapshotPos}: the snapshot that a slave is to download, and which stays. */
    public static long hold(LevelDBClient client, MasterLevelDBStore.SlaveState slave) {
        MasterLevelDBStore.SlaveState previous = PREVIOUS.get();
        PREVIOUS.remove();
        if (previous != null) {
            // A unit of work waits for two slaves of five, and not for one of them twice.
            slave.last_position_sync_$eq(previous.last_position_sync());
        }
        synchronized (lock(client)) {
            long snapshot = client.lastIndexSnapshotPos();
            slave.held_snapshot_$eq(Option.apply(snapshot));
            return snapshot;
        }
    }

    /** Instead of {@code snapshot_state}: the files that a slave is to have, and where the last one ends. */
    public static SyncResponse listing(MasterLevelDBClient client, long snapshot) {
        synchronized (lock(client)) {
            LogFiles.asked(client, snapshot);
            SyncResponse listing = new SyncResponse();
            LISTED.put(listing, client);
            // Files that the log begins from here on arrive as frames.
            RecordLog.LogAppender last = client.log().current_appender();
            long written = last.flushed_offset().get();
            listing.snapshot_position = snapshot;
            listing.wal_append_position = last.position() + written;
            listing.append_log = last.file().getName();
            scala.collection.Iterator<scala.Tuple2<Object, File>> files = LevelDBClient$.MODULE$
                    .find_sequence_files(client.logDirectory(), LevelDBClient$.MODULE$.LOG_SUFFIX())
                    .iterator();
            while (files.hasNext()) {
                scala.Tuple2<Object, File> file = files.next();
                long position = (Long) file._1();
                if (position <= last.position()) {
                    listing.log_files.add(info(file._2(), position < last.position() ? file._2().length() : written));
                }
            }
            File[] index = client.snapshotIndexFile(snapshot).listFiles();
            for (File file : index == null ? new File[0] : index) {
                if (!file.getName().equals("LOCK")) {
                    listing.index_files.add(info(file, file.length()));
                }
            }
            return listing;
        }
    }

    private static FileInfo info(File file, long length) {
        FileInfo info = new FileInfo();
        info.file = file.getName();
        info.length = length;
        return info;
    }

    /**
     * Instead of {@code sendOk}: makes the checksums of the files before. A slave drops its file for one of its master's that
     * differs, so a damaged one is not offered.
     */
    public static void answer(MasterLevelDBStore.Session session, Object listing) {
        SyncResponse files = (SyncResponse) listing;
        LevelDBClient client = LISTED.remove(files);
        for (FileInfo info : files.log_files) {
            File file = new File(client.logDirectory(), info.file);
            FileSupport.RichFile rich = FileSupport.toRichFile(file);
            boolean isNewest = info.file.equals(files.append_log);
            if (isNewest || !isKnown(file)) {
                Recovery.refuseDamaged(file, info.length);
            }
            info.crc32 = isNewest ? rich.crc32(info.length) : rich.cached_crc32();
        }
        session.sendOk(listing);
    }

    /** Whether the checksum of a file was made before, as {@code RichFile.cached_crc32} sees it. */
    private static boolean isKnown(File file) {
        File known = new File(file.getPath() + ".crc32");
        return known.exists() && known.lastModified() > file.lastModified();
    }

    /** Instead of {@code check_position_sync}, when a slave has told how far it is. */
    public static void acknowledged(MasterLevelDBStore.SlaveState slave, MasterLevelDBStore store) {
        slave.check_position_sync();
        if (slave.isCaughtUp()) {
            return;
        }
        // It has acknowledged the last unit before it came back.
        PositionSync wanted = store.position_sync();
        if (slave.position().get() >= wanted.position() && slave.caughtUp().compareAndSet(false, true)) {
            LOG.info("Slave has now caught up: {}", slave.slave_id());
            slave.held_snapshot_$eq(Option.empty());
        }
    }

    /** Instead of {@code replaceLatestSnapshotDirectory}: the held snapshot stays. */
    public static void replace(MasterLevelDBClient client, long snapshot) {
        synchronized (lock(client)) {
            long last = client.lastIndexSnapshotPos();
            if (client.slave_held_snapshots().contains(last)) {
                client.snapshots_pending_delete().add(last);
            } else {
                remove(client, last);
            }
            client.lastIndexSnapshotPos_$eq(snapshot);
        }
    }

    /** Before the log is collected: removes the snapshots that are held no more. */
    public static void release(MasterLevelDBClient client) {
        synchronized (lock(client)) {
            NavigableSet<Object> pending = client.snapshots_pending_delete();
            Set<Object> held = client.slave_held_snapshots();
            for (Object snapshot : Set.copyOf(pending)) {
                if (!held.contains(snapshot)) {
                    remove(client, (Long) snapshot);
                    pending.remove(snapshot);
                }
            }
        }
    }

    private static void remove(LevelDBClient client, long snapshot) {
        FileSupport.toRichFile(client.snapshotIndexFile(snapshot)).recursiveDelete();
    }

    /** Instead of {@code RecordLog.delete}, when a file of the log is not needed any more. */
    public static void collect(RecordLog log, long file, LevelDBClient client) {
        if (!(client instanceof MasterLevelDBClient master)) {
            log.delete(file);
            return;
        }
        synchronized (lock(client)) {
            // It is collected later.
            if (master.slave_held_snapshots().isEmpty()) {
                log.delete(file);
            }
        }
    }

    /** What is held and what is removed is decided by one at a time. */
    private static Object lock(LevelDBClient client) {
        return ((MasterLevelDBClient) client).snapshots_pending_delete();
    }
}
