package dev.mqha.patches.replication_logins;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.leveldb.replicated.MasterLevelDBStore;
import org.fusesource.hawtdispatch.Dispatch;
import org.fusesource.hawtdispatch.Task;
import org.fusesource.hawtdispatch.transport.Transport;

/**
 * The connections of a master's replication port that have not logged in; the mended listener of the port calls it.
 *
 * <p>They had no limit and no time limit, and each takes some ten kilobytes: a stranger who did nothing but connect ended a
 * master of 512 MB with some thousands. A slave logs in as soon as it is connected.
 */
public final class SlaveSessions {
    /** At most so many at a time; the oldest is closed for one that comes. */
    static final int MOST = 64;

    /** What a connection may take to log in. */
    static final long PATIENCE_MS = 10_000;

    /** From one look for those that are late to the next, while there are some. */
    private static final long LOOK_MS = 1000;

    private record Visitor(Transport transport, long since) {
        /** Whether it has logged in, or has gone. */
        boolean isOver() {
            return transport.isClosed()
                    || transport.getTransportListener() instanceof MasterLevelDBStore.Session session && session.login() != null;
        }

        void end() {
            transport.getDispatchQueue().execute(new Task() {
                @Override
                public void run() {
                    transport.stop(Dispatch.NOOP);
                }
            });
        }
    }

    /** The oldest first. */
    private static final Deque<Visitor> PRESENT = new ArrayDeque<>();

    private static boolean looking;

    private SlaveSessions() {}

    /** A connection has been accepted, and reading from it begins. */
    public static synchronized void accepted(Transport transport) {
        PRESENT.removeIf(Visitor::isOver);
        PRESENT.addLast(new Visitor(transport, System.nanoTime()));
        while (PRESENT.size() > MOST) {
            PRESENT.removeFirst().end();
        }
        lookAgain();
    }

    /** One task for all of them: one each would keep what has gone for as long as it might have stayed. */
    private static void lookAgain() {
        if (looking || PRESENT.isEmpty()) {
            return;
        }
        looking = true;
        Dispatch.getGlobalQueue().executeAfter(LOOK_MS, TimeUnit.MILLISECONDS, new Task() {
            @Override
            public void run() {
                look();
            }
        });
    }

    private static synchronized void look() {
        looking = false;
        PRESENT.removeIf(Visitor::isOver);
        long now = System.nanoTime();
        while (!PRESENT.isEmpty() && now - PRESENT.getFirst().since() > TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS)) {
            PRESENT.removeFirst().end();
        }
        lookAgain();
    }
}
