package dev.mqha.patches.watched_log;

import dev.mqha.patches.common.End;
import dev.mqha.patches.common.Fatal;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.activemq.leveldb.LevelDBClient;
import org.apache.activemq.leveldb.RecordLog;
import org.apache.activemq.leveldb.replicated.MasterLevelDBClient;
import org.apache.activemq.leveldb.replicated.SlaveLevelDBStore;

/**
 * Watches the files of every log that is open; mended classes of the store call it.
 *
 * <p>A master whose files were removed went on: it writes to a file without a name, and each slave that came
 * again was sent an empty list, took that for the log, and dropped its own. Now the files are looked at once a
 * second, and whenever a slave asks for them. A slave's are looked at as well, since it would make anew what is
 * gone and go on in the middle of it.
 */
public final class LogFiles {
    private static final long EVERY_MS = 1000;

    /** By identity: logs of the same directory are equal. */
    private static final Map<RecordLog, OpenLog> OPEN = new IdentityHashMap<>();

    /** Where the log of a directory ended when it was closed. */
    private static final Map<File, Long> ENDS = new ConcurrentHashMap<>();

    private static Thread watch;

    private LogFiles() {}

    /** A file of the log has been made or opened for writing: the log was opened, or has a new file. */
    public static void opened(RecordLog log) {
        OpenLog files = of(log);
        if (files == null) {
            files = new OpenLog(log);
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
        OpenLog files;
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
        OpenLog files = of(log);
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
        OpenLog files = log == null ? null : of(log);
        String found = files == null ? null : files.newestProblem();
        if (found != null) {
            Fatal.end(End.LOG_LOST, found, null);
        }
    }

    /** A slave has taken over the log of its master: what it has, it has from there. */
    public static void attached(RecordLog log) {
        OpenLog files = of(log);
        if (files != null) {
            files.becomeSlave();
        }
    }

    /** A slave has asked for the files: ends the process where they are not what they should be. */
    public static void asked(MasterLevelDBClient client, long snapshot) {
        OpenLog files = of(client.log());
        if (files == null) {
            return;
        }
        files.servedBy(client.store());
        files.check();
        if (snapshot > 0 && !client.snapshotIndexFile(snapshot).isDirectory()) {
            Fatal.end(End.LOG_LOST, client.snapshotIndexFile(snapshot) + " is gone", null);
        }
    }

    /** Where the log of a directory that is not open ends, with a part of a unit of work maybe; -1 where that is not known. */
    public static long end(File directory) {
        return ENDS.getOrDefault(directory, -1L);
    }

    /** Whether a log is open still, with these files. */
    static boolean isOpen(RecordLog log, OpenLog files) {
        return of(log) == files;
    }

    private static OpenLog of(RecordLog log) {
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
                        Collection<OpenLog> all;
                        synchronized (OPEN) {
                            all = new ArrayList<>(OPEN.values());
                        }
                        all.forEach(OpenLog::look);
                    }
                },
                "mqha log files");
        watch.setDaemon(true);
        watch.start();
    }
}
