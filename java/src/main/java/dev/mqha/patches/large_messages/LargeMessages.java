package dev.mqha.patches.large_messages;

import dev.mqha.patches.frame_sizes.Frames;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import org.apache.activemq.command.ActiveMQMessage;
import org.apache.activemq.transport.Transport;
import org.apache.activemq.transport.TransportFilter;
import org.apache.activemq.transport.TransportSupport;
import org.apache.activemq.transport.amqp.message.EncodedMessage;
import org.apache.activemq.transport.amqp.message.OutboundTransformer;
import org.apache.activemq.transport.nio.NIOTransport;
import org.apache.activemq.transport.tcp.TcpTransport;
import org.apache.activemq.util.ByteArrayOutputStream;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.EndpointState;
import org.apache.qpid.proton.engine.Session;

/**
 * Lets large messages come in, and change their form for AMQP, by {@link Turns}; the mended transports of the message port
 * call it.
 *
 * <p>A message that comes in takes several times its size of the heap until it is counted, and each connection may bring one: a
 * few dozen senders of large messages ended a broker. Whoever has to wait is not read from for a while. OpenWire takes the
 * memory of a whole frame when it begins, outside the heap, where it is as large.
 */
public final class LargeMessages {
    /**
     * From so many bytes on a message has to have a turn. A broker has a thousand connections at most, so that what is
     * smaller of all of them together takes a quarter of the heap, or of what is as large beside it.
     */
    public static final int LARGE = (int)
            Math.max(64 * 1024, Math.min(512 * 1024, Runtime.getRuntime().maxMemory() / 4096));

    /** A turn is waited for at most so long: a connection that nothing was read from for 30 s counts as dead. */
    static final long PATIENCE_MS = 20_000;

    /** Who has had a turn for so long without the end of its message is slow. */
    private static final long FAST_MS = 2_000;

    /** Who has brought nothing for so long has stopped. */
    private static final long SILENT_MS = 10_000;

    /** Of the heap, for all turns of one direction together. */
    private static final int PART = 8;

    private static final long BYTES = Runtime.getRuntime().maxMemory() / PART;

    /** AMQP and STOMP put a message together, and change its form, in arrays that grow. */
    private static final long OTHERS = BYTES / 2;

    /** What frames that are not whole may take outside the heap, where the JVM allows as much as in it. */
    private static final long BUFFERS = Runtime.getRuntime().maxMemory() / 2;

    private static final Turns IN = new Turns(BYTES, 2 * BYTES, BUFFERS, FAST_MS, SILENT_MS);

    /** A message that is not given its form would not be delivered. */
    private static final Turns OUT = new Turns(BYTES, Long.MAX_VALUE, BUFFERS, FAST_MS, SILENT_MS);

    private LargeMessages() {}

    /** Reads the size of an OpenWire frame, in the place of {@link Frames#openWire}. @throws IOException where there is no room for it */
    public static int openWire(ByteBuffer buffer, NIOTransport connection) throws IOException {
        int size = Frames.openWire(buffer, connection);
        if (size >= LARGE) {
            IN.take(connection, clientOf(connection, size), (long) Turns.COPIES * size, PATIENCE_MS);
        }
        return size;
    }

    /** Takes the memory of a frame, in the place of {@code ByteBuffer.allocate(…)}: of a large one outside the heap, as without TLS. */
    public static ByteBuffer buffer(int size) {
        return size >= LARGE ? ByteBuffer.allocateDirect(size) : ByteBuffer.allocate(size);
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
                IN.take(connection, clientOf((Transport) connection), Math.max(OTHERS, Turns.COPIES * kept), PATIENCE_MS);
            }
        } else if (!IN.areFree() && kept(delivery) - delivery.pending() < LARGE) {
            IN.whole(connection);
        }
    }

    /** The broker has an AMQP message, or the beginning of one. */
    public static void arrived(Delivery delivery, Object connection) {
        if (!IN.areFree() && !delivery.isPartial() && kept(delivery) < LARGE) {
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
            OUT.take(sender, new Turns.Client() {}, OTHERS, PATIENCE_MS);
        }
        return transformer.transform(message);
    }

    /** AMQP has its own copies of messages, or waits for the client. */
    public static void sent(Object sender) {
        OUT.end(sender);
    }

    /** Takes a byte of a STOMP frame, in the place of {@link Frames#stomp}. @throws IOException where there is no room for more */
    public static void stomp(ByteArrayOutputStream frame, int next, TcpTransport connection, boolean body)
            throws IOException {
        if (body && frame.size() == LARGE) {
            IN.take(connection, clientOf(connection), OTHERS, PATIENCE_MS);
        }
        Frames.stomp(frame, next, connection, body);
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

    private static Turns.Client clientOf(Transport transport) {
        return clientOf(transport, 0);
    }

    private static Turns.Client clientOf(Transport transport, int buffer) {
        WeakReference<Transport> connection = new WeakReference<>(transport);
        return new Turns.Client() {
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
}
