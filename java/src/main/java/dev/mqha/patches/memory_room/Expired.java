package dev.mqha.patches.memory_room;

import java.util.ArrayList;
import org.apache.activemq.command.Message;

/**
 * The expired messages that one look through a topic finds, which {@code Topic.doBrowse} collects before it removes them. It is
 * full at some size: the next look, 30 s later, finds the rest.
 */
public final class Expired extends ArrayList<Message> {
    private static final long serialVersionUID = 1;

    /** Of the heap. */
    private static final int PART = 32;

    private static final long MOST_BYTES = Runtime.getRuntime().maxMemory() / PART;

    private long bytes;

    @Override
    public boolean add(Message message) {
        if (bytes > MOST_BYTES) {
            return false;
        }
        bytes += message.getSize();
        return super.add(message);
    }
}
