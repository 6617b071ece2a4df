package dev.mqha.patches.prepared_branches;

import dev.mqha.patches.unwritten_messages.Unwritten;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.activemq.command.Message;
import org.apache.activemq.command.MessageId;
import org.apache.activemq.leveldb.DBManager;
import org.apache.activemq.leveldb.EntryLocator;
import org.apache.activemq.store.MessageRecoveryListener;
import scala.runtime.AbstractFunction1;

/**
 * The messages of a queue that prepared branches have acknowledged, and that its cursor therefore passes over. It takes the
 * place of the store's set, and brings back what was rolled back.
 *
 * <p>What a branch of this process had received, the broker still holds and delivers again itself. Of a branch that was
 * recovered at the start it holds nothing, and the cursor had gone past the messages: they came back with the next start of
 * a master only. They are handed out before the cursor goes on.
 */
public final class PreparedAcks extends HashSet<MessageId> {
    private static final long serialVersionUID = 1;

    /** Those that were recovered at the start, not yet committed or rolled back. */
    private final transient HashSet<MessageId> recovered = new HashSet<>();

    /**
     * Those that were rolled back and that the queue has not counted yet, by id, with their places in it. The cursor passes over
     * them still: handed out before, they would be taken off a count that did not have them, and the queue would go on as if it
     * had read all that is in the store.
     */
    private final transient Map<MessageId, Long> uncounted = new LinkedHashMap<>();

    /** The same that the queue has counted. */
    private final transient Map<MessageId, Long> returning = new LinkedHashMap<>();

    /** Those that were handed out before the cursor has come to their places, where it passes over them. */
    private final transient Map<MessageId, Long> ahead = new HashMap<>();

    /** Where the cursor stood at the last page. */
    private transient long position;

    /** Instead of the addition when the store starts. */
    public static boolean recovered(HashSet<MessageId> acks, Object id) {
        PreparedAcks prepared = (PreparedAcks) acks;
        synchronized (prepared) {
            prepared.recovered.add((MessageId) id);
            return prepared.add((MessageId) id);
        }
    }

    /** Instead of the removal when a branch is rolled back. */
    public static boolean rolledBack(HashSet<MessageId> acks, Object id) {
        PreparedAcks prepared = (PreparedAcks) acks;
        synchronized (prepared) {
            if (prepared.recovered.contains(id)) {
                Object place = ((MessageId) id).getEntryLocator();
                prepared.uncounted.put((MessageId) id, ((EntryLocator) place).seq());
            }
            return prepared.remove(id);
        }
    }

    /** The queue has counted so many of those that were rolled back. */
    public static void counted(HashSet<MessageId> acks, int count) {
        PreparedAcks prepared = (PreparedAcks) acks;
        synchronized (prepared) {
            Iterator<Map.Entry<MessageId, Long>> all = prepared.uncounted.entrySet().iterator();
            for (int number = 0; number < count && all.hasNext(); number++) {
                Map.Entry<MessageId, Long> next = all.next();
                prepared.returning.put(next.getKey(), next.getValue());
                all.remove();
            }
        }
    }

    /** Instead of the cursor of a queue: hands out what has come back first, and nothing behind what is not written. */
    public static long page(
            DBManager db,
            HashSet<MessageId> acks,
            long queue,
            MessageRecoveryListener listener,
            long from,
            long to,
            long limit) {
        PreparedAcks prepared = (PreparedAcks) acks;
        long end = Math.min(to, Unwritten.end(db, queue));
        long handed = 0;
        prepared.at(from);
        while (handed < limit) {
            Long place = prepared.nextReturning(from);
            if (place == null) {
                return prepared.at(db.cursorMessages(acks, queue, listener, from, end, limit - handed));
            }
            db.client().queueCursor(queue, place, place + 1, new AbstractFunction1<>() {
                @Override
                public Object apply(Message message) {
                    try {
                        return listener.recoverMessage(message);
                    } catch (Exception failure) {
                        throw new IllegalStateException(failure);
                    }
                }
            });
            handed++;
            if (!listener.canRecoveryNextMessage()) {
                break;
            }
        }
        return from;
    }

    /**
     * The place of one that has come back; null where there is none. It is handed out before the cursor goes on, since that
     * may be set behind it.
     */
    private synchronized Long nextReturning(long from) {
        Iterator<Map.Entry<MessageId, Long>> all = returning.entrySet().iterator();
        if (!all.hasNext()) {
            return null;
        }
        Map.Entry<MessageId, Long> next = all.next();
        all.remove();
        if (next.getValue() >= from) {
            // It would come twice, and the broker takes the second for a duplicate that the store must not have.
            ahead.put(next.getKey(), next.getValue());
        }
        return next.getValue();
    }

    /** The cursor stands at a place. One that begins anew reads everything again. */
    private synchronized long at(long place) {
        if (place < position) {
            ahead.clear();
        }
        position = place;
        ahead.values().removeIf(passed -> passed < place);
        return place;
    }

    /**
     * The depth of a queue, in the place of {@code collectionSize}, which counts what recovered branches have acknowledged as
     * well: the broker does not, and adds it when a branch is rolled back.
     */
    public static long depth(DBManager db, long queue, HashSet<MessageId> acks) {
        PreparedAcks prepared = (PreparedAcks) acks;
        synchronized (prepared) {
            return db.collectionSize(queue) - prepared.recovered.size();
        }
    }

    @Override
    public synchronized boolean add(MessageId id) {
        return super.add(id);
    }

    @Override
    public synchronized boolean remove(Object id) {
        recovered.remove(id);
        return super.remove(id);
    }

    @Override
    public synchronized boolean contains(Object id) {
        return super.contains(id)
                || uncounted.containsKey(id)
                || returning.containsKey(id)
                || ahead.containsKey(id);
    }
}
