package dev.mqha.patches.amqp_beginning;

import java.nio.Buffer;
import java.nio.ByteBuffer;
import org.apache.activemq.transport.amqp.AmqpFrameParser;

/**
 * What an AMQP client has said before its protocol was known; the mended transport of AMQP over TLS calls it.
 *
 * <p>All of the first TLS record is read to find the protocol out. {@code AmqpNioSslTransport} took the eight bytes of the
 * header from there and forgot the rest, so who sends its first frame along with the header waited for an answer for ever.
 */
public final class Beginning {
    private Beginning() {}

    /** Reads what is left behind the header, and then clears the buffer, in the place of {@code ByteBuffer.clear()}. */
    public static Buffer rest(ByteBuffer first, AmqpFrameParser reader) throws Exception {
        if (first.hasRemaining()) {
            reader.parse(first);
        }
        return first.clear();
    }
}
