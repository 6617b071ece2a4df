package dev.mqha.patches.large_messages;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Turns that are taken by whoever brings a large message, so that all of them together take no more memory than there is
 * for them; {@link LargeMessages} says who takes one.
 *
 * <p>Who comes in fast has its turn for as long as it takes, and counts for all that it may take. Who is slow counts for
 * what it has brought, so that slow clients keep out nobody. Who brings nothing more while others wait is hung up on: a
 * few clients that had stopped in the middle of a message kept everybody else's out. And who has waited for long comes in beside
 * the others, up to twice as much; beyond that it is hung up on, since one client less is better than no broker.
 *
 * <p>What slow clients have taken outside the heap has a limit of its own; the slowest is hung up on for whoever comes
 * then.
 */
final class Turns {
    /** Whoever waits looks at the others again after this time. */
    private static final long LOOK_MS = 500;

    /** A message that comes in stands in a buffer and in the message. */
    static final int COPIES = 2;

    private static final String SILENT = "nothing more came of a large message while others waited";
    private static final String SLOW = "a large message came slower than those of others, which had no room";

    /** Somebody who has a turn. */
    interface Client {
        /** What it has brought so far, in bytes; it may overflow. */
        default int brought() {
            return 0;
        }

        /** What its frame takes outside the heap from its beginning on, in bytes. */
        default int buffer() {
            return 0;
        }

        /** Ends its connection. */
        default void hangUp(IOException why) {}
    }

    private static final class Turn {
        private final WeakReference<Object> who;
        private final Client client;
        private long bytes;
        private final long since = System.nanoTime();
        private final int before;
        private int brought;
        private long movedAt = since;
        private boolean isWhole;

        private Turn(Object who, Client client, long bytes) {
            this.who = new WeakReference<>(who);
            this.client = client;
            this.bytes = bytes;
            this.before = client.brought();
            this.brought = before;
        }

        private long counts(long fastMs) {
            look();
            if (isWhole && millisSince(since) > fastMs) {
                // The broker keeps its sender waiting, as for a topic whose memory is full; what is left is the message.
                return bytes / COPIES;
            }
            return isSlow(fastMs) ? Math.min(bytes, (long) COPIES * (LargeMessages.LARGE + brought - before)) : bytes;
        }

        private void look() {
            int now = client.brought();
            if (now != brought) {
                brought = now;
                movedAt = System.nanoTime();
            }
        }

        private boolean isSlow(long fastMs) {
            return !isWhole && millisSince(since) > fastMs;
        }

        /** In bytes per second. */
        private long rate() {
            look();
            return 1000L * (brought - before) / Math.max(1, millisSince(since));
        }

        private boolean isSilent(long silentMs) {
            look();
            return !isWhole && millisSince(movedAt) > silentMs;
        }
    }

    private static long millisSince(long moment) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - moment);
    }

    private final long most;
    private final long limit;
    private final long buffers;
    private final long fastMs;
    private final long silentMs;
    private final List<Turn> taken = new ArrayList<>();
    private volatile boolean any;

    /**
     * @param most what comes in together, in bytes
     * @param limit what comes in beside it after a long wait
     * @param buffers what all together take outside the heap
     * @param fastMs from when on a turn counts for what was brought
     * @param silentMs after what time without a byte it is taken away
     */
    Turns(long most, long limit, long buffers, long fastMs, long silentMs) {
        this.most = most;
        this.limit = limit;
        this.buffers = buffers;
        this.fastMs = fastMs;
        this.silentMs = silentMs;
    }

    /**
     * Takes a turn, which is there at once where nobody else has one.
     *
     * @param who has it; at most one, which may become larger
     * @return false where it was taken after the time was over
     * @throws IOException where even then there is no room
     */
    boolean take(Object who, Client client, long bytes, long patienceMs) throws IOException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(patienceMs);
        while (true) {
            List<Client> ended = new ArrayList<>();
            synchronized (taken) {
                Turn own = turnOf(who);
                long more = own == null ? bytes : bytes - own.bytes;
                if (more <= 0) {
                    return true;
                }
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                boolean isBuffered = makeBuffer(client.buffer(), ended);
                boolean fits = fits(more, most) && isBuffered;
                if (fits || left <= 0 || Thread.currentThread().isInterrupted()) {
                    if (!isBuffered || !fits(more, limit)) {
                        hangUp(ended, SLOW);
                        throw new IOException("no room for one more large message: others that come in take " + sum() + " bytes");
                    }
                    if (own == null) {
                        taken.add(new Turn(who, client, bytes));
                        any = true;
                    } else {
                        own.bytes = bytes;
                    }
                    hangUp(ended, SLOW);
                    return fits;
                }
                takeSilent(ended);
                if (ended.isEmpty()) {
                    pause(Math.min(left, LOOK_MS));
                }
            }
            hangUp(ended, SILENT);
        }
    }

    /**
     * Takes the turns of the slowest away until there is room for a buffer.
     *
     * @return whether there is
     */
    private boolean makeBuffer(int size, List<Client> ended) {
        while (size > 0 && !taken.isEmpty() && bufferSum() + size > buffers) {
            Turn slowest = taken.stream()
                    .filter(turn -> turn.client.buffer() > 0 && turn.isSlow(fastMs))
                    .min(Comparator.comparingLong(Turn::rate))
                    .orElse(null);
            if (slowest == null) {
                return false;
            }
            ended.add(slowest.client);
            taken.remove(slowest);
        }
        return true;
    }

    private long bufferSum() {
        return taken.stream().mapToLong(turn -> turn.client.buffer()).sum();
    }

    /** Whether nobody has a turn; every command asks, so it takes no lock. */
    boolean areFree() {
        return !any;
    }

    private void pause(long ms) {
        try {
            taken.wait(ms);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** In another thread: whoever waits must not wait for a connection that does not end. */
    private static void hangUp(List<Client> ended, String reason) {
        if (ended.isEmpty()) {
            return;
        }
        IOException why = new IOException(reason);
        Thread thread = new Thread(() -> ended.forEach(client -> client.hangUp(why)), "mqha turns");
        thread.setDaemon(true);
        thread.start();
    }

    /** Takes the turns away from those that have stopped. */
    private void takeSilent(List<Client> silent) {
        for (Iterator<Turn> turns = taken.iterator(); turns.hasNext(); ) {
            Turn turn = turns.next();
            if (turn.isSilent(silentMs)) {
                silent.add(turn.client);
                turns.remove();
            }
        }
    }

    /** All of somebody's message is there: how long the broker takes for it is not the client's fault. */
    void whole(Object who) {
        if (!any) {
            return;
        }
        synchronized (taken) {
            Turn turn = turnOf(who);
            if (turn != null) {
                turn.isWhole = true;
            }
        }
    }

    /** Ends somebody's turn, if there is one. */
    void end(Object who) {
        // Every command passes here.
        if (!any) {
            return;
        }
        synchronized (taken) {
            if (taken.removeIf(turn -> turn.who.get() == who || turn.who.get() == null)) {
                any = !taken.isEmpty();
                taken.notifyAll();
            }
        }
    }

    private Turn turnOf(Object who) {
        for (Turn turn : taken) {
            if (turn.who.get() == who) {
                return turn;
            }
        }
        return null;
    }

    private boolean fits(long bytes, long within) {
        taken.removeIf(turn -> turn.who.get() == null);
        return taken.isEmpty() || sum() <= within - bytes;
    }

    private long sum() {
        return taken.stream().mapToLong(turn -> turn.counts(fastMs)).sum();
    }
}
