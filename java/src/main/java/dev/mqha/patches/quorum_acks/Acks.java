package dev.mqha.patches.quorum_acks;

import dev.mqha.patches.whole_units.UnitOfWork;
import org.apache.activemq.leveldb.DelayableUOW;
import org.apache.activemq.leveldb.LevelDBClient;
import org.apache.activemq.leveldb.replicated.MasterLevelDBClient;
import scala.collection.Iterator;

/**
 * Whether what removes messages waits for the slaves, as sends do; mended classes of the store call it.
 *
 * <p>For the store a removal is done once it is in the master's own log. With {@code store.acks: quorum} in
 * mqha.yaml it is done once it is where a send would have to be ({@code sync}): what a queue does not count any
 * more, and what was answered, never comes again.
 */
public final class Acks {
    /** The system property that mqha starts a broker with; {@code quorum}, or anything else. */
    static final String PROPERTY = "mqha.acks";

    private static final boolean WAIT = "quorum".equals(System.getProperty(PROPERTY));

    private Acks() {}

    /** Whether a unit of work has to wait by itself: it takes messages away, or moves a subscription. */
    public static boolean waited(DelayableUOW unit) {
        if (!WAIT) {
            return false;
        }
        if (unit.subAcks().nonEmpty()) {
            return true;
        }
        Iterator<DelayableUOW.MessageAction> actions = unit.actions().valuesIterator();
        while (actions.hasNext()) {
            if (actions.next().dequeues().nonEmpty()) {
                return true;
            }
        }
        return false;
    }

    /** A queue, a topic or a subscription is about to be emptied or removed; that unit of work waits. */
    public static void removal(LevelDBClient client) {
        // The store removes some while it starts, when no slave can have attached.
        if (WAIT && client instanceof MasterLevelDBClient master && master.store().transport_server() != null) {
            UnitOfWork.waitAtEnd();
        }
    }
}
