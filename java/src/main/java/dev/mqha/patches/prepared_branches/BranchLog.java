package dev.mqha.patches.prepared_branches;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.activemq.leveldb.LevelDBClient;
import org.apache.activemq.leveldb.LevelDBClient$;
import org.apache.activemq.leveldb.RecordLog;
import org.apache.activemq.leveldb.record.EntryRecord;
import org.fusesource.hawtbuf.Buffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Option;
import scala.Tuple3;

/**
 * Finds in the log what an index has lost of a prepared branch: one that was written by a replay that is not mended, and
 * was kept as a snapshot.
 */
final class BranchLog {
    private static final Logger LOG = LoggerFactory.getLogger(BranchLog.class);

    private BranchLog() {}

    /** Returns the entries of a collection, by key, as they were logged. It reads all of the log that is left. */
    static Map<Buffer, EntryRecord.Buffer> read(LevelDBClient client, long collection) {
        LevelDBClient$ codec = LevelDBClient$.MODULE$;
        LOG.info("Looking through the log for what the prepared transaction in collection {} has acknowledged", collection);
        RecordLog log = client.log();
        Map<Buffer, EntryRecord.Buffer> found = new HashMap<>();
        for (long start : starts(log)) {
            long end = end(log, start);
            for (long at = start; at < end; ) {
                Option<Tuple3<Object, Buffer, Object>> read = log.read(at);
                if (read.isEmpty()) {
                    break;
                }
                Tuple3<Object, Buffer, Object> record = read.get();
                if ((byte) record._1() == codec.LOG_ADD_ENTRY()) {
                    EntryRecord.Buffer entry = codec.decodeEntryRecord(record._2());
                    if (entry.getCollectionKey() == collection) {
                        found.put(entry.getEntryKey(), entry);
                    }
                }
                at = (long) record._3();
            }
        }
        return found;
    }

    private static List<Long> starts(RecordLog log) {
        List<Long> starts = new ArrayList<>();
        for (Object start : (Object[]) log.log_infos().keySet().toArray()) {
            starts.add((Long) start);
        }
        return starts;
    }

    private static long end(RecordLog log, long start) {
        Object next = log.log_infos().higherKey(start);
        boolean last = next == null;
        long limit = last ? log.appender_limit() : log.log_infos().get(start).limit();
        return last ? limit : Math.min(limit, (Long) next);
    }
}
