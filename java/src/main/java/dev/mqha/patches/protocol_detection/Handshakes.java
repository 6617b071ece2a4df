package dev.mqha.patches.protocol_detection;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The connections of the message port that are in their TLS handshake, or have not sent the bytes after it by which their
 * protocol is known.
 *
 * <p>Each holds a thread that waits, for as long as protocolDetectionTimeOut says: as many as there are threads, in a handshake
 * that they do not end, kept everybody else waiting. Where no thread is left, the oldest of them makes room for who comes.
 */
final class Handshakes {
    /** Nobody has to make room who has had less time. */
    static final long FAST_MS = 500;

    /** The oldest first. */
    private static final Deque<Handshake> UNDER_WAY = new ArrayDeque<>();

    private Handshakes() {}

    /**
     * Has a thread do what there is to do with a connection, unless all are taken.
     *
     * @param task ends where its thread is interrupted, and closes the connection
     * @return whether one does
     */
    static boolean begin(ThreadPoolExecutor threads, Runnable task) {
        Handshake handshake = new Handshake(task);
        synchronized (UNDER_WAY) {
            if (UNDER_WAY.size() >= threads.getMaximumPoolSize()) {
                UNDER_WAY.stream().filter(Handshake::isSlow).findFirst().ifPresent(Handshake::end);
                return false;
            }
            UNDER_WAY.addLast(handshake);
        }
        try {
            threads.submit(handshake);
        } catch (RuntimeException ending) {
            handshake.isOver();
            throw ending;
        }
        return true;
    }

    private static final class Handshake implements Runnable {
        private final Runnable task;
        private final long since = System.nanoTime();
        private Thread thread;
        private boolean isEnding;

        Handshake(Runnable task) {
            this.task = task;
        }

        @Override
        public void run() {
            synchronized (UNDER_WAY) {
                thread = Thread.currentThread();
            }
            try {
                task.run();
            } finally {
                isOver();
            }
        }

        private void isOver() {
            synchronized (UNDER_WAY) {
                UNDER_WAY.remove(this);
                // The thread goes on with other connections.
                Thread.interrupted();
            }
        }

        private boolean isSlow() {
            return thread != null && !isEnding && System.nanoTime() - since > TimeUnit.MILLISECONDS.toNanos(FAST_MS);
        }

        private void end() {
            isEnding = true;
            thread.interrupt();
        }
    }
}
