package dev.mqha.patches.first_words;

import java.nio.Buffer;
import java.nio.ByteBuffer;
import org.apache.activemq.transport.amqp.AmqpFrameParser;

/**
 * What a client has said over TLS before its protocol was known; the mended transports of AMQP and STOMP call it.
 *
 * <p>All of the first TLS record is read to find the protocol out. {@code AmqpNioSslTransport} took the eight bytes of the
 * header from there and forgot the rest. Where more records had come already, both transports read them twice at a time, in
 * the thread that starts them and in a task of {@code NIOSSLTransport.doInit}, and took one before the other. So a client
 * that does not wait for an answer in between waited for ever.
 */
public final class FirstWords {
    private FirstWords() {}

    /** Reads what is left behind AMQP's header, and then clears the buffer, in the place of {@code ByteBuffer.clear()}. */
    public static Buffer rest(ByteBuffer first, AmqpFrameParser reader) throws Exception {
        if (first.hasRemaining()) {
            reader.parse(first);
        }
        return first.clear();
    }

    /** In the place of {@code serviceRead()} in the thread that starts a transport: the task has been told to. */
    public static void leaveToItsTask(Object transport) {
        // Nothing is to be done.
    }
}
