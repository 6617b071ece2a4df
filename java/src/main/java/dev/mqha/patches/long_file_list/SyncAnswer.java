package dev.mqha.patches.long_file_list;

import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;
import org.apache.activemq.leveldb.replicated.ReplicationFrame;
import org.apache.activemq.leveldb.replicated.ReplicationProtocolCodec;
import org.apache.activemq.leveldb.replicated.ReplicationSupport$;
import org.fusesource.hawtbuf.AsciiBuffer;

/**
 * Lets a slave attach to a master with many files; mended classes of the store call it.
 *
 * <p>A slave asks for {@code sync}, and the answer names every file of log and index, in some 80 bytes each. The codec
 * took no frame of more than 64 kB, so from about 800 files on a slave could never attach. Only who has asked for it, and has been
 * let in therefore, reads one longer frame; a master, which strangers can reach, keeps to 64 kB.
 */
public final class SyncAnswer {
    /** The longest answer, in bytes; src/config/limits.ts has the largest store that fits. */
    static final int LIMIT = 4 * 1024 * 1024;

    private static final AsciiBuffer SYNC = ReplicationSupport$.MODULE$.SYNC_ACTION();

    /** Codecs whose next frame is the answer. One is here for milliseconds, while a slave attaches. */
    private static final Set<ReplicationProtocolCodec> ASKED =
            Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

    private SyncAnswer() {}

    /** A codec is about to write a value: its question, or what it writes once it has the answer. */
    public static void encoding(ReplicationProtocolCodec codec, Object value) {
        if (value instanceof ReplicationFrame && SYNC.equals(((ReplicationFrame) value).action())) {
            ASKED.add(codec);
        } else if (!ASKED.isEmpty()) {
            ASKED.remove(codec);
        }
    }

    /**
     * Returns how long the frame that a codec reads may be, in bytes.
     *
     * @param limit of the store
     */
    public static int limit(int limit, ReplicationProtocolCodec codec) {
        return !ASKED.isEmpty() && ASKED.contains(codec) ? LIMIT : limit;
    }
}
