package dev.mqha.patches.queue_places;

import java.util.Arrays;
import org.apache.activemq.command.MessageId;
import org.apache.activemq.leveldb.DBManager;
import org.apache.activemq.leveldb.EntryLocator;

/**
 * The places of messages in a queue; mended classes of the store call it.
 *
 * <p>A queue numbers its messages, and a master that takes over goes on after the last number. The store
 * remembered the number that was logged last, and not the highest: messages of several senders are
 * logged in another order than they are numbered. The new master then gave the place of an
 * acknowledged message to a new one. The message was gone, and was counted in the queue for ever.
 */
public final class QueuePlace {
    private QueuePlace() {}

    /**
     * Returns the key of the last place.
     *
     * @param key of the message that was logged, big-endian; null where the queue was emptied
     * @param last the key of the last place so far; null where there is none
     */
    public static byte[] last(byte[] key, byte[] last) {
        boolean earlier = key != null && last != null && Arrays.compareUnsigned(key, last) < 0;
        return earlier ? last : key;
    }

    /**
     * Returns the place behind which a cursor reads on, in the place of {@code DBManager.queuePosition}.
     *
     * <p>The store hands a message to its queue before it notes where the entry will be ({@code LevelDBMessageStore.doAdd}). A
     * cursor that was set behind such a message by another thread failed, and so did the commit or the send of that thread.
     * Its number is known earlier and is the same.
     */
    public static long position(DBManager store, MessageId id) {
        return id.getEntryLocator() instanceof EntryLocator entry
                ? entry.seq()
                : (Long) id.getFutureOrSequenceLong();
    }
}
