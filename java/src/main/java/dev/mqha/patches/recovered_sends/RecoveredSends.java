package dev.mqha.patches.recovered_sends;

import dev.mqha.patches.prepared_branches.PreparedAcks;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.activemq.broker.Broker;
import org.apache.activemq.broker.ConnectionContext;
import org.apache.activemq.broker.region.BaseDestination;
import org.apache.activemq.broker.region.Destination;
import org.apache.activemq.broker.region.DestinationFilter;
import org.apache.activemq.broker.region.Queue;
import org.apache.activemq.leveldb.LevelDBStore;
import org.apache.activemq.store.IndexListener;
import org.apache.activemq.util.BrokerSupport;

/**
 * Brings what a recovered branch has sent into its queue when the branch is committed; mended classes of the store and of the
 * broker call it.
 *
 * <p>Other messages come to a queue's cursor in the order of their places. Those of a recovered branch did not: they were in
 * the store only, and the cursor was set behind whatever it had been given last. Where others sent meanwhile it stood behind the
 * committed ones, which nobody got until the next change of master, or before messages that had been delivered, which
 * went to the dead-letter queue as well. They take the way of the others.
 */
public final class RecoveredSends {
    /** How many the cursor has been told of and the end of the commit has not counted. */
    private static final Map<Queue, AtomicInteger> ADDED = Collections.synchronizedMap(new WeakHashMap<>());

    private RecoveredSends() {}

    /**
     * Returns the context in which a message is added to a store; one of a recovered branch has none.
     *
     * @param listener the queue; null where the store has none yet, which finds all that is there when it comes
     */
    public static ConnectionContext context(ConnectionContext known, IndexListener listener) throws Exception {
        if (known != null || !(listener instanceof Queue queue)) {
            return known;
        }
        added(queue).incrementAndGet();
        return BrokerSupport.getConnectionContext(Queues.broker(queue));
    }

    /** A recovered branch is committed, in the place of {@code Destination.clearPendingMessages(…)}. */
    public static void committed(Destination destination, int count) throws Exception {
        if (!(inner(destination) instanceof Queue queue) || !taken(added(queue), count)) {
            destination.clearPendingMessages(count);
            return;
        }
        Queues.sends(queue).addAndGet(count);
        // The caller counts them; the cursor counts them where it takes them.
        queue.getDestinationStatistics().getEnqueues().subtract(count);
        queue.getDestinationStatistics().getMessages().subtract(count);
        Queues.takeAdditions(queue);
    }

    /** A recovered branch is rolled back, in the place of {@code Destination.clearPendingMessages(…)}. */
    public static void returned(Destination destination, int count) {
        destination.clearPendingMessages(count);
        if (inner(destination) instanceof Queue queue
                && queue.getMessageStore() instanceof LevelDBStore.LevelDBMessageStore store) {
            PreparedAcks.counted(store.preparedAcks(), count);
            queue.wakeup();
        }
    }

    private static Destination inner(Destination destination) {
        Destination inner = destination;
        while (inner instanceof DestinationFilter filter) {
            inner = filter.getNext();
        }
        return inner;
    }

    private static AtomicInteger added(Queue queue) {
        return ADDED.computeIfAbsent(queue, first -> new AtomicInteger());
    }

    private static boolean taken(AtomicInteger added, int count) {
        return added.getAndUpdate(now -> now >= count ? now - count : now) >= count;
    }

    /** What a queue keeps to itself. */
    private static final class Queues {
        private static final Method ADDITIONS;
        private static final Field SENDS;
        private static final Field BROKER;

        static {
            try {
                ADDITIONS = Queue.class.getDeclaredMethod("doPendingCursorAdditions");
                ADDITIONS.setAccessible(true);
                SENDS = Queue.class.getDeclaredField("pendingSends");
                SENDS.setAccessible(true);
                BROKER = BaseDestination.class.getDeclaredField("broker");
                BROKER.setAccessible(true);
            } catch (ReflectiveOperationException other) {
                throw new ExceptionInInitializerError(other);
            }
        }

        private static Broker broker(Queue queue) throws IllegalAccessException {
            return (Broker) BROKER.get(queue);
        }

        private static AtomicInteger sends(Queue queue) throws IllegalAccessException {
            return (AtomicInteger) SENDS.get(queue);
        }

        private static void takeAdditions(Queue queue) throws Exception {
            try {
                ADDITIONS.invoke(queue);
            } catch (InvocationTargetException failure) {
                throw failure.getCause() instanceof Exception cause ? cause : failure;
            }
        }
    }
}
