package dev.mqha.patches.damaged_messages;

import dev.mqha.patches.common.End;
import dev.mqha.patches.common.Failure;
import dev.mqha.patches.common.Fatal;
import dev.mqha.patches.damaged_store.Recovery;
import dev.mqha.patches.failed_replay.Replay;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.activemq.leveldb.LevelDBClient;
import org.apache.activemq.leveldb.RecordLog;
import org.fusesource.hawtbuf.Buffer;
import scala.Option;

/**
 * Reads messages from the log; mended classes of the store call it.
 *
 * <p>A record has a checksum, and the store never compared it: {@code verifyChecksums} reaches its index only, not
 * {@code RecordLog.verify_checksums}. A message with a changed byte was delivered as it was, or could not be decoded. Now
 * a broker whose copy of a message is damaged ends, so that another copy serves; this one is set aside, and made anew.
 */
public final class LogRead {
    /** Where messages lie that were left out and told of. */
    private static final Set<Long> LEFT_OUT = ConcurrentHashMap.newKeySet();

    private LogRead() {}

    /** What is read from a log is compared with its checksum from now on. */
    public static void verify(RecordLog log) {
        log.verify_checksums_$eq(true);
    }

    /**
     * Instead of {@code RecordLog.read}, for a message.
     *
     * @return nothing where its file was collected meanwhile, or where a person has damaged messages left out
     */
    public static Option<Buffer> read(RecordLog log, long position, int length, LevelDBClient client) {
        try {
            return log.read(position, length);
        } catch (Exception failure) {
            // An IOException, which Scala does not declare.
            if (Failure.reasonOf(failure) != End.STORE_DAMAGED || Replay.isStopping(client)) {
                throw failure;
            }
            RecordLog.LogInfo file = fileOf(log, position);
            // What should be there is watched by LogFiles.
            if (file != null) {
                damaged(file, position, failure);
            }
            return Option.empty();
        }
    }

    /** The file that holds a position; null where none does. */
    private static RecordLog.LogInfo fileOf(RecordLog log, long position) {
        Option<RecordLog.LogInfo> info = log.log_info(position);
        boolean holds = info.isDefined() && position < info.get().position() + info.get().file().length();
        return holds ? info.get() : null;
    }

    /** The words are the same on every node, so that it is seen where all copies are damaged alike. */
    private static void damaged(RecordLog.LogInfo file, long position, Exception failure) {
        String what = String.format(
                "the message at offset %d of %s is damaged: %s",
                position - file.position(), file.file().getName(), wordsOf(failure));
        if (!Boolean.getBoolean(Recovery.CUT)) {
            Fatal.end(End.STORE_DAMAGED, what, failure);
        } else if (LEFT_OUT.add(position)) {
            System.err.println("mqha: " + what + "; it is left out as " + Recovery.CUT + " says");
        }
    }

    /** Without the place, which the store gives with the whole path. */
    private static String wordsOf(Exception failure) {
        String message = String.valueOf(failure.getMessage());
        int place = message.indexOf(" at position");
        return place < 0 ? message : message.substring(0, place);
    }
}
