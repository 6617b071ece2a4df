package dev.mqha.patches.frame_sizes;

import dev.mqha.patches.large_messages.LargeMessages;
import dev.mqha.patches.unauthenticated_connections.Strangers;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.activemq.transport.amqp.AmqpWireFormat;
import org.apache.activemq.transport.nio.NIOTransport;
import org.apache.activemq.transport.stomp.ProtocolException;
import org.apache.activemq.transport.tcp.TcpTransport;
import org.apache.activemq.util.ByteArrayOutputStream;

/** Refuses frames by their size before memory is taken for them; the mended transports of the message port call it. */
public final class Frames {
    /** Of an AMQP frame (AMQP 1.0, 2.3.1), which counts itself. */
    private static final int AMQP_HEADER = 8;

    /** What {@code OpenWireFormat} adds for the size itself. */
    private static final int SIZE_BYTES = 4;

    /**
     * The longest command with its headers of STOMP, in bytes. {@code StompWireFormat} would read 10 MB of them, of as many
     * clients at once as there are; a body of this size waits for its turn.
     */
    static final int STOMP_HEADERS = LargeMessages.LARGE;

    private Frames() {}

    /**
     * Reads the size of an OpenWire frame, in the place of {@code ByteBuffer.getInt()}. One without a byte would never be
     * complete: its transport would be woken for ever.
     */
    public static int openWire(ByteBuffer buffer, NIOTransport connection) throws IOException {
        int size = buffer.getInt();
        if (size < 1 || size > Integer.MAX_VALUE - SIZE_BYTES) {
            throw new IOException("an OpenWire frame of " + size + " bytes was announced");
        }
        Strangers.refuseLong(connection.getWireFormat(), size);
        return size;
    }

    /**
     * Checks the size of an AMQP frame, in bytes, before {@code AmqpFrameParser.validateFrameSize} does.
     *
     * @param format null where the parser has none
     */
    public static void amqp(int size, AmqpWireFormat format) throws IOException {
        // What the broker announces in its open frame (source: AmqpConnection's constructor).
        int announced = format == null ? AmqpWireFormat.NO_AMQP_MAX_FRAME_SIZE : format.getMaxAmqpFrameSize();
        if (size < AMQP_HEADER || announced > 0 && size > announced) {
            throw new IOException("an AMQP frame of " + size + " bytes was announced");
        }
        Strangers.refuseLong(format, size);
    }

    /**
     * Takes a byte of a STOMP frame, in the place of {@code ByteArrayOutputStream.write(…)} in {@code StompCodec}. That one
     * looks at the size of a body, where it has no content-length, but not of the headers.
     *
     * @param body whether it is of the body, not of command and headers
     */
    public static void stomp(ByteArrayOutputStream frame, int next, TcpTransport connection, boolean body)
            throws IOException {
        int size = frame.size();
        // Each byte passes here, so nothing else is looked at in between.
        if (size == Strangers.MAX_FRAME || size == STOMP_HEADERS) {
            Strangers.refuseLong(connection.getWireFormat(), size + 1);
            if (size == STOMP_HEADERS && !body) {
                throw new IOException("the headers of a STOMP frame are longer than " + STOMP_HEADERS + " bytes");
            }
        }
        frame.write(next);
    }

    /** Returns a content-length that {@code StompWireFormat} has parsed. */
    public static int contentLength(int length) throws ProtocolException {
        if (length < 0) {
            throw new ProtocolException("the content-length " + length + " is negative", true);
        }
        return length;
    }
}
