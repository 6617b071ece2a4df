package dev.mqha.wire;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.command.ActiveMQMessage;
import org.apache.activemq.transport.Transport;
import org.apache.activemq.transport.TransportFilter;
import org.apache.activemq.transport.TransportSupport;
import org.apache.activemq.transport.amqp.message.EncodedMessage;
import org.apache.activemq.transport.amqp.message.OutboundTransformer;
import org.apache.activemq.transport.nio.NIOTransport;
import org.apache.activemq.util.ByteArrayOutputStream;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.EndpointState;
import org.apache.qpid.proton.engine.Session;

/**
 * Lets large messages come in, and change their form for AMQP, by turns; the mended transports of the message port call it.
 *
 * <p>A message that comes in takes several times its size of the heap until it is counted, and each connection may bring one: a
 * few dozen senders of large messages ended a broker. Whoever has to wait is not read from for a while.
 *
 * <p>Who comes in fast has its turn for as long as it takes, and counts for all that it may take. Who is slow counts for
 * what it has brought, so that slow clients keep out nobody. Who brings nothing more while others wait is hung up on: a
 * few clients that had stopped in the middle of a message kept everybody else's out. And who has waited for long comes in beside
 * the others, up to twice as much; beyond that it is hung up on, since one client less is better than no broker.
 *
 * <p>OpenWire takes the memory of a whole frame when it begins, outside the heap, where it is as large. What slow clients
 * have taken of that has a limit of its own; the slowest is hung up on for whoever comes then.
 */
public final class Turns {
    /**
     * From so many bytes on a message has to have a turn. A broker has a thousand connections at most, so that what is
     * smaller of all of them together takes a quarter of the heap, or of what is as large beside it.
     */
    static final int LARGE = (int)
            Math.max(64 * 1024, Math.min(512 * 1024, Runtime.getRuntime().maxMemory() / 4096));

    /** A turn is waited for at most so long: a connection that nothing was read from for 30 s counts as dead. */
    static final long PATIENCE_MS = 20_000;

    /** Who has had a turn for so long without the end of its message is slow. */
    private static final long FAST_MS = 2_000;

    /** Who has brought nothing for so long has stopped. */
    private static final long SILENT_MS = 10_000;

    /** Whoever waits looks at the others again after this time. */
    private static final long LOOK_MS = 500;

    /** Of the heap, for all turns of one direction together. */
    private static final int PART = 8;

    private static final long BYTES = Runtime.getRuntime().maxMemory() / PART;

    /** A message that comes in stands in a buffer and in the message. */
    private static final int COPIES = 2;

    /** AMQP and STOMP put a message together, and change its form, in arrays that grow. */
    private static final long OTHERS = BYTES / 2;

    /** What frames that are not whole may take outside the heap, where the JVM allows as much as in it. */
    private static final long BUFFERS = Runtime.getRuntime().maxMemory() / 2;

    private static final Turns IN = new Turns(BYTES, 2 * BYTES, BUFFERS, FAST_MS, SILENT_MS);

    /** A message that is not given its form would not be delivered. */
    private static final Turns OUT = new Turns(BYTES, Long.MAX_VALUE, BUFFERS, FAST_MS, SILENT_MS);

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
            return isSlow(fastMs) ? Math.min(bytes, (long) COPIES * (LARGE + brought - before)) : bytes;
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

    /** An OpenWire frame of this size begins. @throws IOException where there is no room for it */
    static void openWire(NIOTransport connection, int size) throws IOException {
        if (size >= LARGE) {
            IN.take(connection, clientOf(connection, size), (long) COPIES * size, PATIENCE_MS);
        }
    }

    /** Gives an OpenWire command to the broker, in the place of {@code NIOTransport.doConsume(…)}; its turn ends. */
    public static void consume(NIOTransport transport, Object command) {
        IN.whole(transport);
        try {
            transport.doConsume(command);
        } finally {
            IN.end(transport);
        }
    }

    /**
     * More of an AMQP message has come, before {@code AmqpConnection.processDelivery} looks whether it is whole: until then
     * Proton keeps all its frames, and those of the other links and sessions of the connection.
     *
     * @param connection its {@code AmqpTransport}
     * @throws IOException where there is no room for it
     */
    public static void arriving(Delivery delivery, Object connection) throws IOException {
        if (delivery.isPartial()) {
            long kept = kept(delivery);
            if (kept >= LARGE) {
                IN.take(connection, clientOf((Transport) connection), Math.max(OTHERS, COPIES * kept), PATIENCE_MS);
            }
        } else if (IN.any && kept(delivery) - delivery.pending() < LARGE) {
            IN.whole(connection);
        }
    }

    /** The broker has an AMQP message, or the beginning of one. */
    public static void arrived(Delivery delivery, Object connection) {
        if (IN.any && !delivery.isPartial() && kept(delivery) < LARGE) {
            IN.end(connection);
        }
    }

    /** What Proton keeps for a connection that the broker has not read, in bytes. */
    private static long kept(Delivery delivery) {
        EnumSet<EndpointState> any = EnumSet.allOf(EndpointState.class);
        long bytes = 0;
        Session session = delivery.getLink().getSession().getConnection().sessionHead(any, any);
        for (; session != null; session = session.next(any, any)) {
            bytes += session.getIncomingBytes();
        }
        return bytes;
    }

    /** Gives a message the form of AMQP, in the place of {@code OutboundTransformer.transform(…)}. */
    public static EncodedMessage transform(OutboundTransformer transformer, ActiveMQMessage message, Object sender)
            throws Exception {
        // A compressed body becomes larger.
        if (message.getSize() >= LARGE || message.isCompressed()) {
            OUT.take(sender, new Client() {}, OTHERS, PATIENCE_MS);
        }
        return transformer.transform(message);
    }

    /** AMQP has its own copies of messages, or waits for the client. */
    public static void sent(Object sender) {
        OUT.end(sender);
    }

    /** The body of a STOMP frame has become large. @throws IOException where there is no room for it */
    static void stomp(Transport connection) throws IOException {
        IN.take(connection, clientOf(connection), OTHERS, PATIENCE_MS);
    }

    /** A STOMP frame is whole, and goes to the broker. */
    public static void complete(Transport connection) {
        IN.whole(connection);
    }

    /** Empties what a STOMP frame was put together in, in the place of {@code reset()}, which would keep a large array. */
    public static ByteArrayOutputStream emptied(ByteArrayOutputStream frame, Transport connection) {
        if (frame.size() < LARGE) {
            frame.reset();
            return frame;
        }
        IN.end(connection);
        return new ByteArrayOutputStream();
    }

    private static Client clientOf(Transport transport) {
        return clientOf(transport, 0);
    }

    private static Client clientOf(Transport transport, int buffer) {
        WeakReference<Transport> connection = new WeakReference<>(transport);
        return new Client() {
            @Override
            public int buffer() {
                return buffer;
            }

            @Override
            public int brought() {
                Transport known = connection.get();
                return known == null ? 0 : known.getReceiveCounter();
            }

            @Override
            public void hangUp(IOException why) {
                Transport known = connection.get();
                if (known instanceof TransportSupport end) {
                    end.onException(why);
                } else if (known instanceof TransportFilter filter) {
                    filter.onException(why);
                }
            }
        };
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
