package dev.mqha.wire;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.command.ActiveMQMessage;
import org.apache.activemq.transport.amqp.message.EncodedMessage;
import org.apache.activemq.transport.amqp.message.OutboundTransformer;
import org.apache.activemq.transport.nio.NIOTransport;
import org.apache.activemq.transport.stomp.StompWireFormat;
import org.apache.activemq.util.ByteArrayOutputStream;
import org.apache.qpid.proton.engine.Delivery;

/**
 * Lets large messages come in, and change their form for AMQP, by turns; the mended transports of the message port call it.
 *
 * <p>A message that comes in takes several times its size of the heap until it is counted, and each connection may bring one: a
 * few dozen senders of large messages ended a broker. Whoever has to wait is not read from for a while. Who has waited for long
 * comes in beside the others, up to twice as much; beyond that the connection is closed, since one client less is better than no broker.
 */
public final class Turns {
    /** From so many bytes on a message has to have a turn: less in a small heap, which the beginnings of many would fill. */
    static final int LARGE = (int) Math.min(512 * 1024, Runtime.getRuntime().maxMemory() / 1024);

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

    private static final Turns IN = new Turns(BYTES, 2 * BYTES);

    /** A message that is not given its form would not be delivered. */
    private static final Turns OUT = new Turns(BYTES, Long.MAX_VALUE);

    /** Whoever waits looks again after this time: a connection that is gone is known by its garbage. */
    private static final long LOOK_MS = 500;

    private record Turn(WeakReference<Object> who, long bytes, long since) {}

    private final long most;
    private final long limit;
    private final List<Turn> taken = new ArrayList<>();
    private volatile boolean any;

    /**
     * @param most what comes in together, in bytes
     * @param limit what comes in beside it after a long wait
     */
    Turns(long most, long limit) {
        this.most = most;
        this.limit = limit;
    }

    /**
     * An OpenWire frame of this size begins.
     *
     * @param connection its wire format
     * @throws IOException where there is no room for it
     */
    static void openWire(Object connection, int size) throws IOException {
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

    /**
     * More of an AMQP message has come, before {@code AmqpConnection.processDelivery} looks whether it is whole: until then
     * Proton keeps all its frames.
     *
     * @throws IOException where there is no room for it
     */
    public static void arriving(Delivery delivery) throws IOException {
        if (delivery.isPartial() && delivery.pending() >= LARGE) {
            IN.take(delivery.getLink().getContext(), OTHERS, PATIENCE_MS);
        }
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

    /** The body of a STOMP frame has become large. @throws IOException where there is no room for it */
    static void stomp(Object connection) throws IOException {
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
     * @throws IOException where even then there is no room
     */
    boolean take(Object who, long bytes, long patienceMs) throws IOException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(patienceMs);
        synchronized (taken) {
            if (has(who)) {
                return true;
            }
            boolean fits = fits(bytes, most);
            try {
                for (long left = patienceMs; !fits && left > 0; fits = fits(bytes, most)) {
                    taken.wait(Math.min(left, LOOK_MS));
                    left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                }
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
            if (!fits && !fits(bytes, limit)) {
                throw new IOException("no room for one more large message: others that come in take " + sum() + " bytes");
            }
            taken.add(new Turn(new WeakReference<>(who), bytes, System.nanoTime()));
            any = true;
            return fits;
        }
    }

    /** Ends somebody's turn, if there is one. */
    void end(Object who) {
        // Every command passes here.
        if (!any) {
            return;
        }
        synchronized (taken) {
            if (taken.removeIf(turn -> turn.who().get() == who || isOver(turn))) {
                any = !taken.isEmpty();
                taken.notifyAll();
            }
        }
    }

    /** Its connection is gone, or so slow that others do not wait for it. */
    private static boolean isOver(Turn turn) {
        return turn.who().get() == null
                || System.nanoTime() - turn.since() > TimeUnit.MILLISECONDS.toNanos(LOST_MS);
    }

    private boolean has(Object who) {
        return taken.stream().anyMatch(turn -> turn.who().get() == who);
    }

    private boolean fits(long bytes, long within) {
        taken.removeIf(Turns::isOver);
        return taken.isEmpty() || sum() <= within - bytes;
    }

    private long sum() {
        return taken.stream().mapToLong(Turn::bytes).sum();
    }
}
