package dev.mqha.patches.memory_room;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.jms.ResourceAllocationException;
import org.apache.activemq.broker.ConnectionContext;
import org.apache.activemq.broker.ProducerBrokerExchange;
import org.apache.activemq.broker.region.Queue;
import org.apache.activemq.broker.region.cursors.AbstractPendingMessageCursor;
import org.apache.activemq.broker.region.cursors.AbstractStoreCursor;
import org.apache.activemq.broker.region.cursors.FilePendingMessageCursor;
import org.apache.activemq.broker.region.cursors.PendingMessageCursor;
import org.apache.activemq.command.Message;
import org.apache.activemq.transaction.Transaction;
import org.apache.activemq.usage.MemoryUsage;

/**
 * Says who may bring messages into memory; the mended cursors and queues call it.
 *
 * <p>What is not persistent was read back from disk without being counted, up to 200 messages of a queue at once and 1000 for
 * a consumer, whatever their size; the cursor of a durable subscription read as many. On the other hand a queue that held nothing
 * could read nothing once others, which nobody consumes, had filled the memory.
 *
 * <p>A queue keeps at most as much as is left of {@link #SHARED}, so that long queues leave room for others (the dynamic threshold of
 * switches, Choudhury and Hahne 1998). Where nothing is left each may still have a little, and so goes on. At {@link #MOST} nothing more
 * comes in.
 */
public final class Room {
    /** What queues keep together, in percent of the memory for messages. */
    static final int SHARED = 70;

    /** A durable subscription reads on below this, in percent (source: AbstractStoreCursor.canRecoveryNextMessage). */
    static final int SUBSCRIPTIONS = 90;

    /** In percent. Topics hold their senders back here; what is sent to a queue is kept in its store, or in temp. */
    static final int FULL = 100;

    /** In percent. What a transaction holds is there twice when it is committed. */
    static final int MOST = 125;

    /** The part of it that a queue may have where nothing is left. */
    static final int OWN_PART = 512;

    /** A sender waits so long for others to go; then it is told. A transaction can be what it waits for itself. */
    static final long PATIENCE_MS = 60_000;

    static final long TRANSACTION_MS = 5_000;

    private static final long LOOK_MS = 1_000;
    private static final long AGAIN_MS = 250;

    /** Queues that could read nothing, and are not woken by what others give back. */
    private static final Set<Queue> WAITING = new HashSet<>();

    private static ScheduledExecutorService waking;

    private Room() {}

    /** Whether a cursor may keep one more message, in the place of {@code AbstractPendingMessageCursor.hasSpace()}. */
    public static boolean keeps(AbstractPendingMessageCursor cursor) {
        return fits(cursor, FULL);
    }

    /** Whether a cursor may read one more of what waits for its consumers. */
    public static boolean reads(AbstractPendingMessageCursor cursor) {
        return fits(cursor, MOST);
    }

    /** @param most where even a little is too much, in percent */
    private static boolean fits(AbstractPendingMessageCursor cursor, int most) {
        if (cursor.getSystemUsage() == null) {
            return true;
        }
        MemoryUsage own = cursor.getSystemUsage().getMemoryUsage();
        MemoryUsage whole = own.getParent();
        int percent = own.getPercentUsage();
        boolean below = percent < cursor.getMemoryUsageHighWaterMark();
        // That of a subscription is the whole itself.
        if (whole == null) {
            return below;
        }
        int all = whole.getPercentUsage();
        return below && percent < SHARED - all || all < most && own.getUsage() < whole.getLimit() / OWN_PART;
    }

    /** Whether a cursor reads on in its store, in the place of {@code canRecoveryNextMessage()}. */
    public static boolean more(AbstractStoreCursor cursor) {
        if (cursor.getSystemUsage() == null || cursor.getSystemUsage().getMemoryUsage().getParent() != null) {
            return reads(cursor);
        }
        return cursor.getSystemUsage().getMemoryUsage().getPercentUsage() < SUBSCRIPTIONS;
    }

    /** Whether the cursor of a durable subscription may read at all; one that has nothing on its way may read a message. */
    public static boolean begins(AbstractStoreCursor cursor) {
        if (cursor.getSystemUsage() == null) {
            return true;
        }
        int percent = cursor.getSystemUsage().getMemoryUsage().getPercentUsage();
        return percent < SUBSCRIPTIONS
                || percent < MOST && cursor.getSubscription().getDispatchedQueueSize() == 0;
    }

    /**
     * Whether a cursor of what is not persistent goes on.
     *
     * @param more whether it has more
     * @param inMemory whether that is in memory, not on disk
     */
    public static boolean next(boolean more, FilePendingMessageCursor cursor, boolean inMemory) {
        if (!more || inMemory || cursor.getSystemUsage() == null) {
            return more;
        }
        MemoryUsage usage = cursor.getSystemUsage().getMemoryUsage();
        // That of a subscription is woken by its own acknowledgements alone.
        return usage.getParent() == null ? usage.getPercentUsage() < MOST : reads(cursor);
    }

    /**
     * Counts a message that a cursor has read from disk, in the place of {@code Message.setMemoryUsage(…)}. To remove it from the cursor
     * takes off what it counted when it was added, as it does for one in memory: so it is counted here.
     */
    public static void fromDisk(Message message, MemoryUsage usage) {
        message.setMemoryUsage(usage);
        if (message.getRegionDestination() instanceof Queue) {
            message.incrementReferenceCount();
        }
    }

    /**
     * A queue has read nothing though it has messages: it looks again in a moment.
     *
     * @return {@code messages.hasSpace()}, in whose place it is called
     */
    public static boolean none(PendingMessageCursor messages, Queue queue) {
        synchronized (WAITING) {
            if (WAITING.add(queue) && WAITING.size() == 1) {
                if (waking == null) {
                    waking = Executors.newSingleThreadScheduledExecutor(Room::thread);
                }
                waking.schedule(Room::wake, AGAIN_MS, TimeUnit.MILLISECONDS);
            }
        }
        return messages.hasSpace();
    }

    /**
     * Holds the sender of a message to a queue back where nothing more fits: the last resort, since what does not fit goes to
     * the store or to temp. What cannot go there are transactions, and messages whose sender does not wait for the store.
     *
     * @throws ResourceAllocationException where there is no room for long
     */
    public static void admit(Queue queue, ProducerBrokerExchange exchange, Message message) throws Exception {
        MemoryUsage own = queue.getMemoryUsage();
        MemoryUsage whole = own == null ? null : own.getParent();
        if (whole == null || whole.getPercentUsage() < MOST) {
            return;
        }
        ConnectionContext context = exchange.getConnectionContext();
        // The broker itself sends to a dead letter queue without flow control.
        if (context == null || context.getConnection() == null || !context.isProducerFlowControl()) {
            return;
        }
        Transaction transaction = message.isInTransaction() ? context.getTransaction() : null;
        if (transaction != null) {
            // Its other messages were sent before its sender knew that one was refused.
            if (transaction.isRollbackOnly() || !whole.waitForSpace(TRANSACTION_MS, MOST)) {
                ResourceAllocationException refusal = refusal(whole, true);
                transaction.setRollbackOnly(refusal);
                throw refusal;
            }
            return;
        }
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS);
        exchange.blockingOnFlowControl(true);
        try {
            while (!whole.waitForSpace(LOOK_MS, MOST)) {
                if (context.getStopping().get()) {
                    throw new IOException("the connection was closed while a message waited for memory");
                }
                if (System.nanoTime() - end > 0) {
                    throw refusal(whole, false);
                }
            }
        } finally {
            exchange.blockingOnFlowControl(false);
        }
    }

    private static ResourceAllocationException refusal(MemoryUsage whole, boolean inTransaction) {
        return new ResourceAllocationException(String.format(
                "the memory for messages is full: %d%% of %d bytes%s",
                whole.getPercentUsage(),
                whole.getLimit(),
                inTransaction ? ", which messages that are not committed must fit into" : ""));
    }

    private static void wake() {
        List<Queue> queues;
        synchronized (WAITING) {
            queues = List.copyOf(WAITING);
            WAITING.clear();
        }
        queues.forEach(Queue::wakeup);
    }

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "mqha room");
        thread.setDaemon(true);
        return thread;
    }
}
