package dev.mqha.patches.cursor_position;

import org.apache.activemq.command.MessageId;
import org.apache.activemq.leveldb.DBManager;
import org.apache.activemq.leveldb.EntryLocator;

/**
 * The place behind which the cursor of a queue reads on; a mended class of the store calls it.
 *
 * <p>The store hands a message to its queue before it notes where the entry will be ({@code LevelDBMessageStore.doAdd}). A
 * cursor that was set behind such a message by another thread failed, and so did the commit or the send of that thread.
 * Its number is known earlier and is the same.
 */
public final class CursorPosition {
    private CursorPosition() {}

    /** Returns the place, instead of {@code DBManager.queuePosition}. */
    public static long position(DBManager store, MessageId id) {
        return id.getEntryLocator() instanceof EntryLocator entry
                ? entry.seq()
                : (Long) id.getFutureOrSequenceLong();
    }
}
