package dev.mqha.wire;

import java.util.IdentityHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.command.ActiveMQMessage;
import org.apache.activemq.transport.amqp.message.EncodedMessage;
import org.apache.activemq.transport.amqp.message.OutboundTransformer;
import org.apache.activemq.transport.nio.NIOTransport;
import org.apache.activemq.transport.stomp.StompWireFormat;
import org.apache.activemq.util.ByteArrayOutputStream;

/**
 * Lets large messages come in, and change their form for AMQP, by turns; the mended transports of the message port call it.
 *
 * <p>A message that comes in takes several times its size of the heap until it is counted, and each connection may bring one: a
 * few dozen senders of large messages ended a broker. Whoever has to wait is not read from for a while.
 */
public final class Turns {
    /** From so many bytes on a message has to have a turn. */
    static final int LARGE = 512 * 1024;

    /** A turn is waited for at most so long: a connection that nothing was read from for 30 s counts as dead. */
    static final long PATIENCE_MS = 20_000;

    /** A turn that was not given back after so long counts no more: its client is slow, or has gone. */
    static final long LOST_MS = 60_000;

    /** Of the heap, for all turns of one direction together. */
    private static final int PART = 8;

    private static final long BYTES = Runtime.getRuntime().maxMemory() / PART;

    /** An OpenWire frame stands in a buffer and in the message. */
    private static final int OPENWIRE = 2;

    /** AMQP and STOMP put a message together, and change its form, in arrays that grow. */
    private static final long OTHERS = BYTES / 2;

    private static final Turns IN = new Turns(BYTES);
    private static final Turns OUT = new Turns(BYTES);

    private record Turn(long bytes, long since) {}

    private final long most;
    private final Map<Object, Turn> taken = new IdentityHashMap<>();
    private volatile boolean any;

    Turns(long most) {
        this.most = most;
    }

    /** An OpenWire frame of this size begins. @param connection its wire format */
    static void openWire(Object connection, int size) {
        if (size >= LARGE) {
            IN.take(connection, (long) OPENWIRE * size, PATIENCE_MS);
        }
    }

    /** Gives an OpenWire command to the broker, in the place of {@code NIOTransport.doConsume(…)}; its turn ends. */
    public static void consume(NIOTransport transport, Object command) {
        try {
            transport.doConsume(command);
        } finally {
            IN.end(transport.getWireFormat());
        }
    }

    /** Writes what has come of an AMQP message, in the place of {@code ByteArrayOutputStream.write(…)}. */
    public static void amqp(
            org.fusesource.hawtbuf.ByteArrayOutputStream message, byte[] bytes, int offset, int length, Object receiver) {
        if (message.size() < LARGE && message.size() + length >= LARGE) {
            IN.take(receiver, OTHERS, PATIENCE_MS);
        }
        message.write(bytes, offset, length);
    }

    /** The broker has an AMQP message, or not. */
    public static void received(Object receiver) {
        IN.end(receiver);
    }

    /** Gives a message the form of AMQP, in the place of {@code OutboundTransformer.transform(…)}. */
    public static EncodedMessage transform(OutboundTransformer transformer, ActiveMQMessage message, Object sender)
            throws Exception {
        if (message.getSize() >= LARGE) {
            OUT.take(sender, OTHERS, PATIENCE_MS);
        }
        return transformer.transform(message);
    }

    /** AMQP has its own copies of messages, or waits for the client. */
    public static void sent(Object sender) {
        OUT.end(sender);
    }

    /** The body of a STOMP frame has become large. */
    static void stomp(Object connection) {
        IN.take(connection, OTHERS, PATIENCE_MS);
    }

    /** Empties what a STOMP frame was put together in, in the place of {@code reset()}, which would keep a large array. */
    public static ByteArrayOutputStream emptied(ByteArrayOutputStream frame, StompWireFormat format) {
        if (frame.size() < LARGE) {
            frame.reset();
            return frame;
        }
        IN.end(format);
        return new ByteArrayOutputStream();
    }

    /**
     * Takes a turn, which is there at once where nobody else has one.
     *
     * @param who has it; at most one
     * @return false where it was taken after the time was over
     */
    boolean take(Object who, long bytes, long patienceMs) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(patienceMs);
        boolean fits;
        synchronized (taken) {
            try {
                while (!(fits = fits(bytes))) {
                    long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                    if (left <= 0) {
                        break;
                    }
                    taken.wait(left);
                }
            } catch (InterruptedException interrupted) {
                fits = false;
                Thread.currentThread().interrupt();
            }
            taken.put(who, new Turn(bytes, System.nanoTime()));
            any = true;
        }
        return fits;
    }

    /** Ends somebody's turn, if there is one. */
    void end(Object who) {
        // Every command passes here.
        if (!any) {
            return;
        }
        synchronized (taken) {
            if (taken.remove(who) != null) {
                any = !taken.isEmpty();
                taken.notifyAll();
            }
        }
    }

    private boolean fits(long bytes) {
        long now = System.nanoTime();
        taken.values().removeIf(turn -> now - turn.since() > TimeUnit.MILLISECONDS.toNanos(LOST_MS));
        return taken.isEmpty() || taken.values().stream().mapToLong(Turn::bytes).sum() + bytes <= most;
    }
}
