package dev.mqha.patches.watched_log;

import dev.mqha.patches.common.End;
import dev.mqha.patches.common.Fatal;
import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.activemq.leveldb.LevelDBClient;
import org.apache.activemq.leveldb.RecordLog;
import org.apache.activemq.leveldb.replicated.MasterLevelDBClient;
import org.apache.activemq.leveldb.replicated.MasterLevelDBStore;
import org.apache.activemq.leveldb.replicated.PositionSync;
import org.apache.activemq.leveldb.replicated.SlaveLevelDBStore;

/**
 * Looks after the files of every log that is open; mended classes of the store call it.
 *
 * <p>A master whose files were removed went on: it writes to a file without a name, and each slave that came
 * again was sent an empty list, took that for the log, and dropped its own. Now the files are looked at once a
 * second, and whenever a slave asks for them. A slave's are looked at as well, since it would make anew what is
 * gone and go on in the middle of it.
 */
public final class LogFiles {
    private static final long EVERY_MS = 1000;

    /** How much of what was written last is looked at again. */
    private static final int TAIL = 32;

    private static final String MASTER = MasterLevelDBClient.class.getName();

    /** By identity: logs of the same directory are equal. */
    private static final Map<RecordLog, LogFiles> OPEN = new IdentityHashMap<>();

    /** Where the log of a directory ended when it was closed. */
    private static final Map<File, Long> ENDS = new ConcurrentHashMap<>();

    private static Thread watch;

    /** What a file was when it was looked at last. */
    private static final class Known {
        private final File file;
        private Object key;
        private long length;
        private long tailAt;
        private byte[] tail = new byte[0];

        private Known(File file) {
            this.file = file;
        }
    }

    private final RecordLog log;
    private final LogList list;
    private final Map<Long, Known> files = new HashMap<>();
    private MasterLevelDBStore master;

    /** The file that is written to. */
    private volatile Known newest;

    private LogFiles(RecordLog log) {
        this.log = log;
        LogList before = LogList.read(log.directory());
        list = before == null ? new LogList() : before;
    }

    /** A file of the log has been made or opened for writing: the log was opened, or has a new file. */
    public static void opened(RecordLog log) {
        LogFiles files = of(log);
        if (files == null) {
            files = new LogFiles(log);
            files.refuseMissing();
            files.become();
            synchronized (OPEN) {
                OPEN.put(log, files);
                startWatch();
            }
        }
        files.note();
    }

    /** The log is about to be closed. */
    public static void closed(RecordLog log) {
        LogFiles files;
        synchronized (OPEN) {
            files = OPEN.remove(log);
        }
        if (files != null && log.current_appender() != null) {
            files.noteCommitted();
            ENDS.put(log.directory(), log.current_appender().append_position());
        }
    }

    /** Instead of {@code onDelete}: what is not missed any more is taken off the list before it is deleted. */
    public static boolean delete(RecordLog log, File file) {
        LogFiles files = of(log);
        if (files != null) {
            files.forget(file);
        }
        return log.onDelete(file);
    }

    /** Before all files are deleted: none of them is missed any more. */
    public static void purge(LevelDBClient client) throws IOException {
        File directory = client.logDirectory();
        synchronized (OPEN) {
            OPEN.remove(client.log());
        }
        ENDS.remove(directory);
        LogList.remove(directory);
    }

    /** Before a slave tells its master how far it is: ends the process where the file is gone that it has written to. */
    public static void acknowledging(SlaveLevelDBStore slave) {
        RecordLog log = slave.caughtUp() && slave.client() != null ? slave.client().log() : null;
        LogFiles files = log == null ? null : of(log);
        String found = files == null ? null : files.newestProblem();
        if (found != null) {
            Fatal.end(End.LOG_LOST, found, null);
        }
    }

    /** A slave has taken over the log of its master: what it has, it has from there. */
    public static void attached(RecordLog log) {
        LogFiles files = of(log);
        if (files != null) {
            files.becomeSlave();
        }
    }

    private synchronized void becomeSlave() {
        list.master = false;
        list.write(log.directory());
    }

    /** A slave has asked for the files: ends the process where they are not what they should be. */
    public static void asked(MasterLevelDBClient client, long snapshot) {
        LogFiles files = of(client.log());
        if (files == null) {
            return;
        }
        files.master = client.store();
        files.check();
        if (snapshot > 0 && !client.snapshotIndexFile(snapshot).isDirectory()) {
            Fatal.end(End.LOG_LOST, client.snapshotIndexFile(snapshot) + " is gone", null);
        }
    }

    /** Where the log of a directory that is not open ends, with a part of a unit of work maybe; -1 where that is not known. */
    public static long end(File directory) {
        return ENDS.getOrDefault(directory, -1L);
    }

    private static LogFiles of(RecordLog log) {
        synchronized (OPEN) {
            return OPEN.get(log);
        }
    }

    private static void startWatch() {
        if (watch != null) {
            return;
        }
        watch = new Thread(
                () -> {
                    while (true) {
                        try {
                            Thread.sleep(EVERY_MS);
                        } catch (InterruptedException ended) {
                            return;
                        }
                        Collection<LogFiles> all;
                        synchronized (OPEN) {
                            all = new ArrayList<>(OPEN.values());
                        }
                        all.forEach(LogFiles::turn);
                    }
                },
                "mqha log files");
        watch.setDaemon(true);
        watch.start();
    }

    private void refuseMissing() {
        for (Map.Entry<Long, Long> noted : list.files.entrySet()) {
            RecordLog.LogInfo found = log.log_infos().get(noted.getKey());
            String name = String.format("%016x.log", noted.getKey());
            if (found == null) {
                damaged(name + " is missing in " + log.directory());
            } else if (noted.getValue() != null && found.file().length() < noted.getValue()) {
                damaged(found.file() + " has " + found.file().length() + " bytes instead of " + noted.getValue());
            }
        }
    }

    private static void damaged(String what) {
        Fatal.end(End.STORE_DAMAGED, what, null);
    }

    private void become() {
        boolean isMaster = log.getClass().getName().startsWith(MASTER);
        if (isMaster && !Boolean.TRUE.equals(list.master)) {
            // What it was given as a slave may have been acknowledged.
            list.committed = log.current_appender().append_position();
            list.master = true;
        }
        if (isMaster) {
            list.ahead = 0;
        }
    }

    /** Brings the list in line with the log. */
    private synchronized void note() {
        Map<Long, Long> lengths = new TreeMap<>();
        for (Map.Entry<Object, RecordLog.LogInfo> info : log.log_infos().entrySet()) {
            long position = (Long) info.getKey();
            Known known = files.computeIfAbsent(position, first -> new Known(info.getValue().file()));
            boolean isNewest = position == log.current_appender().position();
            try {
                BasicFileAttributes now = Files.readAttributes(known.file.toPath(), BasicFileAttributes.class);
                known.key = known.key == null ? now.fileKey() : known.key;
                known.length = Math.max(known.length, now.size());
            } catch (IOException gone) {
                // The next look says so.
            }
            lengths.put(position, isNewest ? null : known.length);
            newest = isNewest ? known : newest;
        }
        files.keySet().retainAll(lengths.keySet());
        list.files.clear();
        list.files.putAll(lengths);
        list.write(log.directory());
    }

    private synchronized void forget(File file) {
        files.values().removeIf(known -> known.file.equals(file));
        list.files.keySet().removeIf(position -> file.getName().equals(String.format("%016x.log", position)));
        list.write(log.directory());
    }

    private void turn() {
        try {
            check();
            noteCommitted();
        } catch (RuntimeException failure) {
            System.err.println("mqha: the files of " + log.directory() + " could not be looked at: " + failure);
        }
    }

    private void check() {
        if (problem() == null) {
            return;
        }
        // A file may have been deleted, or the log closed, while it was looked at.
        String found;
        synchronized (log.log_mutex()) {
            found = of(log) == this ? problem() : null;
        }
        if (found != null) {
            Fatal.end(End.LOG_LOST, found, null);
        }
    }

    private synchronized String problem() {
        RecordLog.LogAppender appender = log.current_appender();
        for (Map.Entry<Long, Known> entry : files.entrySet()) {
            Known known = entry.getValue();
            boolean isNewest = entry.getKey() == appender.position();
            // Read before the length, which grows.
            long written = isNewest ? appender.flushed_offset().get() : 0;
            String found;
            try {
                found = problemOf(known, Math.max(written, known.length));
                if (found == null && isNewest) {
                    found = tailProblem(known, written);
                }
            } catch (NoSuchFileException gone) {
                found = known.file + " is gone";
            } catch (IOException unknown) {
                // What cannot be read for the moment is not lost.
                found = null;
            }
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    /** Asked on the way of each message, so it waits for nobody who looks at all files. */
    private String newestProblem() {
        Known known = newest;
        if (known == null || known.key == null) {
            return null;
        }
        try {
            Object key = Files.readAttributes(known.file.toPath(), BasicFileAttributes.class).fileKey();
            return known.key.equals(key) ? null : known.file + " was replaced by another file";
        } catch (NoSuchFileException gone) {
            return known.file + " is gone";
        } catch (IOException unknown) {
            return null;
        }
    }

    private static String problemOf(Known known, long atLeast) throws IOException {
        BasicFileAttributes now = Files.readAttributes(known.file.toPath(), BasicFileAttributes.class);
        if (known.key != null && !known.key.equals(now.fileKey())) {
            return known.file + " was replaced by another file";
        }
        if (now.size() < atLeast) {
            return known.file + " has shrunk from " + atLeast + " to " + now.size() + " bytes";
        }
        known.length = now.size();
        return null;
    }

    /** A file that was cut has its old length again as soon as something is written. */
    private static String tailProblem(Known known, long written) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(known.file, "r")) {
            byte[] before = new byte[known.tail.length];
            file.seek(known.tailAt);
            file.readFully(before);
            if (!Arrays.equals(before, known.tail)) {
                return known.file + " has lost what was written at " + known.tailAt;
            }
            known.tailAt = Math.max(0, written - TAIL);
            known.tail = new byte[(int) (written - known.tailAt)];
            file.seek(known.tailAt);
            file.readFully(known.tail);
            return null;
        } catch (java.io.FileNotFoundException unreadable) {
            // Also thrown where this process may open no more files.
            if (Files.notExists(known.file.toPath())) {
                throw new NoSuchFileException(known.file.getPath());
            }
            return null;
        }
    }

    /** Remembers how far the log is on enough slaves, for this node's return as a slave of another. */
    private synchronized void noteCommitted() {
        MasterLevelDBStore store = master;
        if (store == null || store.minSlaveAcks() < 1) {
            return;
        }
        // What a send has waited for; it stays known when the slaves have gone.
        PositionSync sync = store.position_sync();
        long now = sync.getCount() == 0 ? sync.position() : 0;
        List<Long> positions = new ArrayList<>();
        store.slaves().values().forEach(slave -> positions.add(slave.position().get()));
        positions.sort(java.util.Comparator.reverseOrder());
        if (positions.size() >= store.minSlaveAcks()) {
            now = Math.max(now, positions.get(store.minSlaveAcks() - 1));
        }
        if (now > list.committed) {
            list.committed = now;
            list.write(log.directory());
        }
    }
}
