package dev.mqha.patches.cursor_position;

import dev.mqha.guard.Classes;
import dev.mqha.guard.Patch;
import dev.mqha.guard.Rewrite;

/** Asks {@link CursorPosition} for the place behind which a cursor reads on. */
public final class CursorFix {
    private static final String MANAGER = "org/apache/activemq/leveldb/DBManager";
    private static final String ID = "(Lorg/apache/activemq/command/MessageId;)J";
    private static final String TARGET = "dev/mqha/patches/cursor_position/CursorPosition";

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "cursor-position",
                    Patch.Risk.DELIVERY,
                    "a commit or a send can fail while another thread sets the cursor of the same queue")
            .rewrites(Classes.QUEUE_STORE, CursorFix::mend);

    private CursorFix() {}

    /** Returns the mended store of a queue. @throws IllegalStateException where the place is not asked for once */
    static byte[] mend(byte[] original) {
        return Rewrite.redirectWith(
                        "setBatch", MANAGER, "queuePosition", ID, TARGET, "position", "", nothing -> {})
                .apply(original);
    }
}
