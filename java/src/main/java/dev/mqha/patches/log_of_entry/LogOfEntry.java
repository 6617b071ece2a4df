package dev.mqha.patches.log_of_entry;

import org.apache.activemq.leveldb.LevelDBClient;
import org.apache.activemq.leveldb.RecordLog;
import org.apache.activemq.leveldb.RecordLog.LogInfo;
import scala.Option;
import scala.Some;
import scala.collection.Iterator;

/**
 * Finds the file of the log in which an entry lies; a mended class of the store calls it.
 *
 * <p>The store counts for each file the entries that need it, and removes a file that none needs. Which file a place belongs
 * to it took from the files that are there: a place in a file that is gone counted for the one before it. The entries that
 * a topic has left are removed from the index of the master only, and not from that of a slave or from a snapshot that is
 * older; a master that began with such an index took them off the count of an older file, which a message of a queue still
 * needed, and removed that file: an acknowledged message was lost.
 */
public final class LogOfEntry {
    private LogOfEntry() {}

    /** Instead of the look-up: also a file that is gone and still counted. */
    public static Option<LogInfo> find(RecordLog log, long place, LevelDBClient client) {
        Option<LogInfo> found = log.log_info(place);
        if (found.isDefined() && contains(log, found.get(), place)) {
            return found;
        }
        long gone = -1;
        for (Iterator<Object> counted = client.logRefs().keysIterator(); counted.hasNext(); ) {
            long start = (long) counted.next();
            if (start <= place && start > gone) {
                gone = start;
            }
        }
        boolean known = gone >= 0 && (found.isEmpty() || gone > found.get().position());
        return known ? new Some<>(new LogInfo(null, gone, 0)) : found;
    }

    private static boolean contains(RecordLog log, LogInfo file, long place) {
        if (file.position() >= log.appender_start()) {
            return true;
        }
        // A file that was begun by this process has no length there.
        long length = file.length() > 0 ? file.length() : file.file().length();
        return place < file.position() + length;
    }
}
