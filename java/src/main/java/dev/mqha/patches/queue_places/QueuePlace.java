package dev.mqha.patches.queue_places;

import java.util.Arrays;

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
}
