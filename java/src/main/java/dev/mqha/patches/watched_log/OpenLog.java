package dev.mqha.patches.watched_log;

import dev.mqha.patches.common.End;
import dev.mqha.patches.common.Fatal;
import java.io.File;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.activemq.leveldb.RecordLog;
import org.apache.activemq.leveldb.replicated.MasterLevelDBClient;
import org.apache.activemq.leveldb.replicated.MasterLevelDBStore;
import org.apache.activemq.leveldb.replicated.PositionSync;

/** The files of a log that is open, and the list of them that is kept beside it. */
final class OpenLog {
    private static final String MASTER = MasterLevelDBClient.class.getName();

    private final RecordLog log;
    private final LogList list;
    private final Map<Long, LogFile> files = new HashMap<>();
    private MasterLevelDBStore master;

    /** The file that is written to. */
    private volatile LogFile newest;

    OpenLog(RecordLog log) {
        this.log = log;
        LogList before = LogList.read(log.directory());
        list = before == null ? new LogList() : before;
    }

    /** Ends the process where a file is missing, or shorter than it was when the log was closed. */
    void refuseMissing() {
        for (Map.Entry<Long, Long> noted : list.files.entrySet()) {
            RecordLog.LogInfo found = log.log_infos().get(noted.getKey());
            if (found == null) {
                damaged(nameOf(noted.getKey()) + " is missing in " + log.directory());
            } else if (noted.getValue() != null && found.file().length() < noted.getValue()) {
                damaged(found.file() + " has " + found.file().length() + " bytes instead of " + noted.getValue());
            }
        }
    }

    private static void damaged(String what) {
        Fatal.end(End.STORE_DAMAGED, what, null);
    }

    private static String nameOf(long position) {
        return String.format("%016x.log", position);
    }

    /** Notes the role in which the log was opened; it is written with the next note. */
    void become() {
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

    synchronized void becomeSlave() {
        list.master = false;
        list.write(log.directory());
    }

    /** Brings the list in line with the log. */
    synchronized void note() {
        Map<Long, Long> lengths = new TreeMap<>();
        for (Map.Entry<Object, RecordLog.LogInfo> info : log.log_infos().entrySet()) {
            long position = (Long) info.getKey();
            LogFile file =
                    files.computeIfAbsent(position, first -> new LogFile(info.getValue().file()));
            boolean isNewest = position == log.current_appender().position();
            file.note();
            lengths.put(position, isNewest ? null : file.length());
            newest = isNewest ? file : newest;
        }
        files.keySet().retainAll(lengths.keySet());
        list.files.clear();
        list.files.putAll(lengths);
        list.write(log.directory());
    }

    /** A file is not missed any more. */
    synchronized void forget(File file) {
        files.values().removeIf(known -> known.is(file));
        list.files.keySet().removeIf(position -> file.getName().equals(nameOf(position)));
        list.write(log.directory());
    }

    /** Whose slaves tell how far the log is replicated. */
    void servedBy(MasterLevelDBStore store) {
        master = store;
    }

    /** Checks the files and notes what is committed; a failure is reported, and the next look comes. */
    void look() {
        try {
            check();
            noteCommitted();
        } catch (RuntimeException failure) {
            System.err.println("mqha: the files of " + log.directory() + " could not be looked at: " + failure);
        }
    }

    /** Ends the process where a file is not what it was. */
    void check() {
        if (problem() == null) {
            return;
        }
        // A file may have been deleted, or the log closed, while it was looked at.
        String found;
        synchronized (log.log_mutex()) {
            found = LogFiles.isOpen(log, this) ? problem() : null;
        }
        if (found != null) {
            Fatal.end(End.LOG_LOST, found, null);
        }
    }

    private synchronized String problem() {
        RecordLog.LogAppender appender = log.current_appender();
        for (Map.Entry<Long, LogFile> entry : files.entrySet()) {
            LogFile file = entry.getValue();
            // What is written is read before the length, which grows.
            String found = entry.getKey() == appender.position()
                    ? file.problemOfNewest(appender.flushed_offset().get())
                    : file.problem();
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    /** Asked on the way of each message, so it waits for nobody who looks at all files. */
    String newestProblem() {
        LogFile file = newest;
        return file == null ? null : file.identityProblem();
    }

    /** Remembers how far the log is on enough slaves, for this node's return as a slave of another. */
    synchronized void noteCommitted() {
        MasterLevelDBStore store = master;
        if (store == null || store.minSlaveAcks() < 1) {
            return;
        }
        // What a send has waited for; it stays known when the slaves have gone.
        PositionSync sync = store.position_sync();
        long now = sync.getCount() == 0 ? sync.position() : 0;
        List<Long> positions = new ArrayList<>();
        store.slaves().values().forEach(slave -> positions.add(slave.position().get()));
        positions.sort(Comparator.reverseOrder());
        if (positions.size() >= store.minSlaveAcks()) {
            now = Math.max(now, positions.get(store.minSlaveAcks() - 1));
        }
        if (now > list.committed) {
            list.committed = now;
            list.write(log.directory());
        }
    }
}
