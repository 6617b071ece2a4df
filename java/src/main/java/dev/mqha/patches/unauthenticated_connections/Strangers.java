package dev.mqha.patches.unauthenticated_connections;

import java.io.IOException;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.activemq.broker.Broker;
import org.apache.activemq.broker.ConnectionContext;
import org.apache.activemq.broker.TransportConnection;
import org.apache.activemq.command.ConnectionInfo;
import org.apache.activemq.transport.InactivityIOException;
import org.apache.activemq.transport.Transport;
import org.apache.activemq.transport.tcp.TcpTransport;
import org.apache.activemq.wireformat.WireFormat;

/**
 * The connections of the message port that have not authenticated yet, whatever their protocol. Each may send short
 * frames only, and in a crowd they make room for others, so what all of them take of the memory has a limit. The mended
 * {@code TransportConnection} says who comes, who has authenticated and who goes.
 */
public final class Strangers {
    /**
     * The longest frame until a connection has authenticated, in bytes. First frames of clients have some hundred; a token in
     * the place of a password makes them a few thousand.
     */
    public static final int MAX_FRAME = 16 * 1024;

    /** From so many on, those that have not authenticated in time are closed. */
    static final int CROWD = 200;

    /**
     * The time that a connection may take in a crowd. There is none otherwise: an OpenWire client authenticates when its
     * connection is used for the first time, which an application may do late.
     */
    static final long PATIENCE_MS = 10_000;

    /** There are no more of them: the oldest is closed for one that comes. The message port lets in twice as many connections. */
    static final int MOST = 500;

    private record Stranger(TransportConnection connection, long since) {}

    /** By wire format, of which each connection has its own; {@code OpenWireFormat} equals others and changes its hash code. */
    private static final Map<WireFormat, Stranger> PRESENT = new IdentityHashMap<>();

    private Strangers() {}

    /** Starts the transport of a connection that a client has made, in the place of {@code Transport.start()}. */
    public static void start(Transport transport, TransportConnection connection) throws Exception {
        WireFormat format = formatOf(connection);
        if (format != null) {
            long now = System.nanoTime();
            List<Stranger> late;
            synchronized (PRESENT) {
                PRESENT.put(format, new Stranger(connection, now));
                late = PRESENT.size() <= CROWD ? List.of() : late(now);
            }
            for (Stranger stranger : late) {
                stranger.connection().serviceTransportException(new InactivityIOException(
                        "it has not authenticated, and more than " + CROWD + " connections have not"));
            }
        }
        transport.start();
    }

    /** Those that have had their time, and the oldest beyond what there may be. */
    private static List<Stranger> late(long now) {
        List<Stranger> oldestFirst = PRESENT.values().stream()
                .sorted(Comparator.comparingLong(Stranger::since))
                .toList();
        int beyond = PRESENT.size() - MOST;
        return IntStream.range(0, oldestFirst.size())
                .filter(place -> place < beyond
                        || now - oldestFirst.get(place).since() > TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS))
                .mapToObj(oldestFirst::get)
                .toList();
    }

    /**
     * Lets a client in or refuses it, in the place of {@code Broker.addConnection(…)}.
     *
     * @throws Exception where it is refused, for instance because it has no account
     */
    public static void admit(Broker broker, ConnectionContext context, ConnectionInfo info) throws Exception {
        broker.addConnection(context, info);
        if (context.getConnection() instanceof TransportConnection connection) {
            forget(connection);
        }
    }

    /** A connection ends, or has authenticated. */
    public static void forget(TransportConnection connection) {
        WireFormat format = formatOf(connection);
        synchronized (PRESENT) {
            PRESENT.remove(format);
        }
    }

    /**
     * Refuses a frame that is too long for who sends it.
     *
     * @param bytes announced, or come so far
     */
    public static void refuseLong(WireFormat format, int bytes) throws IOException {
        if (bytes > MAX_FRAME && has(format)) {
            throw new IOException(String.format(
                    "a frame of %d bytes before authentication is longer than %d", bytes, MAX_FRAME));
        }
    }

    private static boolean has(WireFormat format) {
        synchronized (PRESENT) {
            return PRESENT.containsKey(format);
        }
    }

    /** Null where the client is in this JVM. */
    private static WireFormat formatOf(TransportConnection connection) {
        TcpTransport transport = connection.getTransport().narrow(TcpTransport.class);
        return transport == null ? null : transport.getWireFormat();
    }
}
